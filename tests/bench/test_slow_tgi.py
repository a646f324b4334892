"""The model server of the benchmarks, through our own client."""

from __future__ import annotations

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from assistant.errors import ModelOverloaded
from assistant.llm.base import Deadlines, Generation, GenerationParameters
from assistant.llm.tgi import TgiModel
from tests.bench.desk import Tgi
from tests.fakes.slow_tgi import REPLY_MARK, TEXT, SlowTgi
from tests.fakes.tgi_server import FakeTgi


def generated(model: TgiModel) -> Generation:
    parameters = GenerationParameters(max_new_tokens=500, temperature=0.0)
    return model.generate("Hello", parameters, Deadlines(total_s=60))


def tokenized(url: str, text: str) -> object:
    body = json.dumps({"inputs": text}).encode()
    with urllib.request.urlopen(f"{url}/tokenize", data=body, timeout=30) as answer:  # noqa: S310 (our own)
        return json.load(answer)


@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_every_token_is_streamed(seconds: float) -> None:
    """As many as were asked for, whether at once or by and by."""
    with SlowTgi(50, seconds) as server, closing(TgiModel(server.url)) as model:
        generation = generated(model)
    assert (generation.generated_tokens, generation.text.split()) == (50, TEXT.split()[:50])
    assert REPLY_MARK in generation.text


def test_generations_in_flight_are_counted_and_limited() -> None:
    """All that were told to are in flight together; one more is refused, as by the real one."""
    with (
        SlowTgi(50, 3.0, max_concurrent_requests=3) as server,
        closing(TgiModel(server.url)) as model,
        ThreadPoolExecutor(3) as pool,
    ):
        told = Tgi(server.url, 0)
        waiting = [pool.submit(generated, model) for _ in range(3)]
        while told.in_flight()[0] < 3:
            assert not any(future.done() for future in waiting)
        with pytest.raises(ModelOverloaded):
            generated(model)
        assert all(future.result().generated_tokens == 50 for future in waiting)
        assert told.in_flight() == (0, 3)


def test_text_is_tokenized_as_by_the_other_fake() -> None:
    """To the byte, white space and quotes included."""
    text = ' It\'s "so"\n\tsimple — so  simple. '
    with SlowTgi() as cheap, FakeTgi() as thorough:
        assert tokenized(cheap.url, text) == tokenized(thorough.url, text)

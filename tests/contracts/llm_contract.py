"""What every LanguageModel does: each sentence of the port's docstring as a test."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.errors import (
    DeadlineExceeded,
    GenerationIncomplete,
    ModelUnavailable,
    PromptTooLong,
    RequestRefused,
)
from assistant.llm.base import Deadlines, GenerationParameters, LanguageModel

GREEDY = GenerationParameters(max_new_tokens=12, temperature=0.0, repetition_penalty=1.0)
DEADLINES = Deadlines(connect_s=5.0, first_token_s=60.0, idle_s=60.0, total_s=60.0)
PROMPT = "Once upon a time, in a village by the sea, there lived"


class ModelHarness(ABC):
    """A running server and a client of it, and the few things that only the server's side can arrange."""

    model: LanguageModel
    model_family: str

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def client_of_nothing(self) -> LanguageModel:
        """A client of an address where nobody listens."""

    @abstractmethod
    def slow_down(self) -> None:
        """See to it that the next generation of 2,000 tokens takes longer than a second."""

    def cut_the_next_stream(self) -> bool:
        """Make the next stream end without its terminal event; False where the server can't be told to."""
        return False


class LanguageModelContract:
    """Subclasses provide `harness`."""

    @pytest.fixture
    def model(self, harness: ModelHarness) -> LanguageModel:
        return harness.model

    def test_info_tells_what_the_server_runs(self, harness: ModelHarness) -> None:
        """The model has a name and a known family, and the limits fit each other."""
        info = harness.model.info()
        assert info.model_id
        assert harness.model_family == info.model_family
        assert 0 < info.max_input_tokens < info.max_total_tokens
        assert info.max_concurrent_requests > 0
        assert info.max_stop_sequences > 0

    def test_info_is_the_same_when_asked_again(self, model: LanguageModel) -> None:
        """A second call tells the same."""
        assert model.info() == model.info()

    @pytest.mark.parametrize(
        ("text", "expected"), [("", 0), ("Hello", 1), ("Hello world", 2), ("Hello world again", 3)]
    )
    def test_count_tokens_is_exact_without_bos_and_eos(self, model: LanguageModel, text: str, expected: int) -> None:
        """Words that are one token each in the served tokenizer count as that, with nothing added."""
        assert expected == model.count_tokens(text)

    def test_pieces_joined_are_the_text(self, model: LanguageModel) -> None:
        """on_text gets every piece as it arrives, and no piece is empty."""
        pieces: list[str] = []
        generation = model.generate(PROMPT, GREEDY, DEADLINES, pieces.append)
        assert "".join(pieces) == generation.text
        assert len(pieces) > 3
        assert all(pieces)

    def test_generation_without_callback_is_the_same(self, model: LanguageModel) -> None:
        """on_text only listens."""
        assert model.generate(PROMPT, GREEDY, DEADLINES, lambda _: None) == model.generate(PROMPT, GREEDY, DEADLINES)

    def test_token_limit_ends_with_length(self, model: LanguageModel) -> None:
        """max_new_tokens is kept, and told as the reason."""
        parameters = GenerationParameters(max_new_tokens=3, temperature=0.0)
        generation = model.generate(PROMPT, parameters, DEADLINES)
        assert (generation.finish_reason, generation.generated_tokens) == ("length", 3)
        assert generation.text

    def test_text_ends_before_the_stop_string(self, model: LanguageModel) -> None:
        """A stop string that lies across pieces is neither in the text nor shown in part."""
        whole = model.generate(PROMPT, GREEDY, DEADLINES).text
        stop = whole[9:15]
        pieces: list[str] = []
        generation = model.generate(PROMPT, with_stops(stop), DEADLINES, pieces.append)
        assert whole[: whole.index(stop)] == generation.text == "".join(pieces)
        assert generation.finish_reason == "stop"

    def test_stop_strings_beyond_the_servers_limit_hold(self, model: LanguageModel) -> None:
        """The last one of more stop strings than any of the servers takes is enforced all the same."""
        whole = model.generate(PROMPT, GREEDY, DEADLINES).text
        stop = whole[9:15]
        never = [f"\x01{number}" for number in range(model.info().max_stop_sequences)]
        generation = model.generate(PROMPT, with_stops(*never, stop), DEADLINES)
        assert (whole[: whole.index(stop)], "stop") == (generation.text, generation.finish_reason)

    @pytest.mark.parametrize("temperature", [0.0, 0.1, 2.0])
    def test_every_allowed_temperature_works(self, model: LanguageModel, temperature: float) -> None:
        """0 means greedy, also where the server refuses the number."""
        parameters = GenerationParameters(max_new_tokens=3, temperature=temperature, seed=7)
        assert model.generate(PROMPT, parameters, DEADLINES).text

    def test_prompt_over_the_window_is_too_long(self, model: LanguageModel) -> None:
        """A prompt that does not fit raises PromptTooLong, and the error does not repeat it."""
        prompt = "word " * (model.info().max_total_tokens + 100)
        with pytest.raises(PromptTooLong) as caught:
            model.generate(prompt, GREEDY, DEADLINES)
        assert not caught.value.retryable
        assert "word word" not in str(caught.value)

    def test_half_a_surrogate_pair_is_refused(self, model: LanguageModel) -> None:
        """Text that has no UTF-8 form is the caller's fault, and no transport error."""
        with pytest.raises(RequestRefused):
            model.generate("broken \ud800", GREEDY, DEADLINES)
        with pytest.raises(RequestRefused):
            model.count_tokens("broken \ud800")

    def test_total_deadline_ends_a_generation(self, harness: ModelHarness) -> None:
        """total_s is kept while tokens are still coming."""
        harness.model.info()
        harness.slow_down()
        limits = Deadlines(first_token_s=60.0, idle_s=60.0, total_s=0.4)
        begin = time.monotonic()
        with pytest.raises(DeadlineExceeded):
            harness.model.generate(PROMPT, GenerationParameters(max_new_tokens=2000, temperature=0.0), limits)
        assert 0.3 < time.monotonic() - begin < 1.0

    def test_stream_without_its_end_is_incomplete(self, harness: ModelHarness) -> None:
        """What came of it is not returned as a reply."""
        if not harness.cut_the_next_stream():
            pytest.skip("this server is real and does not cut streams on demand")
        with pytest.raises(GenerationIncomplete):
            harness.model.generate(PROMPT, GREEDY, DEADLINES)

    def test_missing_server_is_unavailable(self, harness: ModelHarness) -> None:
        """Each method raises ModelUnavailable, in one line with the address."""
        nobody = harness.client_of_nothing()
        calls: list[Callable[[], object]] = [
            nobody.info,
            nobody.check,
            lambda: nobody.count_tokens("x"),
            lambda: nobody.generate(PROMPT, with_stops("x"), DEADLINES),
        ]
        for call in calls:
            with pytest.raises(ModelUnavailable, match=r"http://127\.0\.0\.1:\d+") as caught:
                call()
            assert caught.value.retryable
            assert "\n" not in str(caught.value)

    def test_exception_of_the_callback_comes_through(self, model: LanguageModel) -> None:
        """The caller may stop a generation by raising, and the client works on."""

        class Enough(Exception):
            pass

        def raise_enough(_: str) -> None:
            raise Enough

        with pytest.raises(Enough):
            model.generate(PROMPT, GREEDY, DEADLINES, raise_enough)
        assert model.generate(PROMPT, GREEDY, DEADLINES).text

    def test_threads_share_one_client(self, model: LanguageModel) -> None:
        """Generations at once don't mix: each one's pieces are its own text."""

        def generate(number: int) -> bool:
            pieces: list[str] = []
            parameters = GenerationParameters(max_new_tokens=6, temperature=0.0)
            generation = model.generate(f"{PROMPT} {number}", parameters, DEADLINES, pieces.append)
            return bool(generation.text) and "".join(pieces) == generation.text

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(generate, range(8)))

    def test_check_returns_when_the_server_works(self, model: LanguageModel) -> None:
        """check says nothing if all is well."""
        model.check()

    def test_close_may_be_called_twice(self, harness: ModelHarness) -> None:
        """close ends what is idle; a second one finds nothing to end."""
        harness.model.info()
        harness.model.close()
        harness.model.close()


def with_stops(*stops: str) -> GenerationParameters:
    """GREEDY with these stop strings."""
    return GenerationParameters(max_new_tokens=12, temperature=0.0, repetition_penalty=1.0, stop=stops)

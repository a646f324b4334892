"""Models by what knowledge sets recorded: loaded once, checked, few at a time, and safe between threads."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest

from assistant.embedding.base import EmbeddingModel, Vectors
from assistant.embedding.models import FAILED_FOR_S, EmbeddingModels
from assistant.errors import ConfigurationError
from tests.fakes.embedder import TopicEmbedder


@dataclass(frozen=True)
class Recorded:
    """What a set has recorded."""

    model_name: str
    dimension: int = 2
    query_prompt: str | None = ""
    passage_prompt: str | None = ""


class NamedEmbedder(TopicEmbedder):
    """A model of any name; its questions wait for `gate`."""

    def __init__(self, name: str, gate: threading.Event) -> None:
        super().__init__("refund")
        self.model_name = name
        self._gate = gate

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        assert self._gate.wait(20)
        return super().embed_queries(texts)


class Loader:
    """Loads any model but "missing", and remembers which."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, name: str) -> NamedEmbedder:
        self.loaded.append(name)
        if name == "missing":
            raise ConfigurationError("EMBEDDING_MODEL=missing can't be loaded")
        return NamedEmbedder(name, self.gate)


def test_a_model_is_loaded_once_for_all_threads() -> None:
    """And their questions get its vectors."""
    loader = Loader()
    models = EmbeddingModels(loader)
    with ThreadPoolExecutor(8) as threads:
        rows = list(threads.map(lambda n: models.for_model(Recorded("m")).embed_queries([f"refund {n}"]), range(40)))
    assert loader.loaded == ["m"]
    assert {row.tolist()[0][0] for row in rows} == {1.0}
    models.close()


def test_a_set_that_moved_gets_its_new_model() -> None:
    """Without a restart."""
    loader = Loader()
    models = EmbeddingModels(loader)
    names = [models.for_model(Recorded(name)).model_name for name in ("old", "new", "old")]
    assert (names, loader.loaded) == (["old", "new", "old"], ["old", "new"])
    models.close()


def test_the_model_asked_for_longest_ago_goes() -> None:
    """And comes back when it is asked for again, also by who had it before."""
    loader = Loader()
    models = EmbeddingModels(loader, max_models=2)
    first = models.for_model(Recorded("a"))
    for name in ("b", "a", "c"):
        models.for_model(Recorded(name))
    assert first.embed_queries(["refund"]).shape == (1, 2)
    assert loader.loaded == ["a", "b", "c"]
    models.for_model(Recorded("b"))
    assert first.embed_queries(["refund"]).shape == (1, 2)
    assert loader.loaded == ["a", "b", "c", "b"]
    models.close()


def test_a_model_at_work_stays() -> None:
    """Its answer is still to come."""
    loader = Loader()
    models = EmbeddingModels(loader, max_models=1)
    busy = models.for_model(Recorded("busy"))
    loader.gate.clear()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(busy.embed_queries, ["refund"])
        while not waiting.running():
            pass
        models.for_model(Recorded("other"))
        loader.gate.set()
        assert waiting.result(20).shape == (1, 2)
    models.close()


@pytest.mark.parametrize(
    "changed", [{"dimension": 3}, {"query_prompt": "ask: "}, {"passage_prompt": "text: "}, {"model_name": "alias"}]
)
def test_a_model_that_is_not_the_recorded_one_is_refused(changed: dict[str, object]) -> None:
    """Its vectors would be compared with those of another."""

    def load(name: str) -> NamedEmbedder:
        return NamedEmbedder("m", Loader().gate)

    models = EmbeddingModels(load)
    with pytest.raises(ConfigurationError, match=r"`ingest reembed`$"):
        models.for_model(replace(Recorded("m"), **changed))  # type: ignore[arg-type]
    models.close()


def test_prompts_that_were_not_recorded_are_not_compared() -> None:
    """Sets of older releases have none."""
    models = EmbeddingModels(Loader())
    assert models.for_model(Recorded("m", query_prompt=None, passage_prompt=None)).model_name == "m"
    models.close()


def test_a_model_that_cannot_be_loaded_is_not_tried_for_every_question() -> None:
    """But again after a while: it may have been installed."""
    loader, now = Loader(), [0.0]
    models = EmbeddingModels(loader, clock=lambda: now[0])
    for time in (0.0, FAILED_FOR_S - 1, FAILED_FOR_S, FAILED_FOR_S + 1):
        now[0] = time
        with pytest.raises(ConfigurationError, match="missing can't be loaded"):
            models.for_model(Recorded("missing"))
    assert loader.loaded == ["missing", "missing"]
    models.close()


def test_nothing_is_loaded_after_the_end() -> None:
    """Not by those who still hold an embedder either."""
    models = EmbeddingModels(Loader())
    held = models.for_model(Recorded("m"))
    models.close()
    models.close()
    with pytest.raises(RuntimeError, match="closed"):
        held.embed_queries(["refund"])


def test_identity_is_what_the_fake_says() -> None:
    """The check compares real values."""
    assert EmbeddingModel("m", 2) == NamedEmbedder("m", threading.Event()).identity

"""The embedding models that knowledge sets were embedded with, loaded as their questions come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from assistant.embedding.base import Embedder, EmbeddingModel, QueryEmbedder, Vectors
from assistant.embedding.batching import BatchingEmbedder
from assistant.errors import ConfigurationError

MAX_MODELS = 3
"""So many stay loaded: a set that moves to another model needs two, and each takes some 100 to 1,000 MB."""
FAILED_FOR_S = 30.0
"""A model that can't be loaded is not tried again before: each attempt may take its time to fail."""


class RecordedModel(Protocol):
    """What a knowledge set has recorded of its model (an EmbeddingSpace); prompts are None where none were recorded."""

    @property
    def model_name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    @property
    def query_prompt(self) -> str | None: ...

    @property
    def passage_prompt(self) -> str | None: ...


@dataclass(slots=True)
class _Place:
    """A model's place: empty, loaded, or not to be tried again until a time. `users`: calls that hold it."""

    loading: threading.Lock = field(default_factory=threading.Lock)
    embedder: BatchingEmbedder | None = None
    identity: EmbeddingModel | None = None
    error: ConfigurationError | None = None
    retry_at: float = 0.0
    users: int = 0


class EmbeddingModels:
    """Query embedders by what knowledge sets record of their models. Safe to share between threads.

    `load` gives the model of a name (ConfigurationError where it can't). A model is loaded once, with the first
    question for it; queries of many threads are batched. Of more than `max_models` the one that was asked for longest
    ago goes, unless it is at work. After `close`, which lets the waiting finish, questions raise RuntimeError.
    """

    def __init__(
        self,
        load: Callable[[str], Embedder],
        max_models: int = MAX_MODELS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._max_models = max_models
        self._clock = clock
        self._places: dict[str, _Place] = {}  # in the order in which they were last asked for
        self._changing = threading.Lock()
        self._closed = False

    def for_model(self, recorded: RecordedModel) -> QueryEmbedder:
        """The embedder for questions to what that model has embedded, loaded (seconds). Raises ConfigurationError when
        it can't be had, or isn't the recorded one any more; so do its calls."""
        with self._using(recorded):
            return _OfModel(self._using, recorded)

    def close(self) -> None:
        """Let all models go. May be called twice."""
        with self._changing:
            self._closed = True
            places, self._places = list(self._places.values()), {}
        for place in places:
            if place.embedder is not None:
                place.embedder.close()

    @contextmanager
    def _using(self, recorded: RecordedModel) -> Iterator[QueryEmbedder]:
        """The loaded model, which stays as long as the block runs."""
        place = self._taken(recorded.model_name)
        with ExitStack() as stack:
            stack.callback(self._give_back, place)
            with place.loading:
                embedder, identity = self._loaded(recorded.model_name, place)
            _check(recorded, identity)
            yield embedder

    def _taken(self, name: str) -> _Place:
        with self._changing:
            if self._closed:
                raise RuntimeError("the embedding models are closed")
            place = self._places.pop(name, None) or _Place()
            self._places[name] = place
            place.users += 1
        return place

    def _loaded(self, name: str, place: _Place) -> tuple[BatchingEmbedder, EmbeddingModel]:
        if place.error is not None and self._clock() < place.retry_at:
            raise ConfigurationError(str(place.error))
        if place.embedder is None or place.identity is None:
            try:
                loaded = self._load(name)
            except ConfigurationError as exc:
                place.error, place.retry_at = exc, self._clock() + FAILED_FOR_S
                raise
            place.embedder, place.identity, place.error = BatchingEmbedder(loaded), loaded.identity, None
        return place.embedder, place.identity

    def _give_back(self, place: _Place) -> None:
        with self._changing:
            place.users -= 1
            idle = [name for name, other in self._places.items() if not other.users]
            gone = [self._places.pop(name) for name in idle[: max(len(self._places) - self._max_models, 0)]]
        for other in gone:
            if other.embedder is not None:
                other.embedder.close()


class _OfModel:
    """A QueryEmbedder that finds its model anew for each call: it may have had to go meanwhile."""

    def __init__(
        self, using: Callable[[RecordedModel], AbstractContextManager[QueryEmbedder]], recorded: RecordedModel
    ) -> None:
        self._using = using
        self._recorded = recorded

    @property
    def model_name(self) -> str:
        return self._recorded.model_name

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        with self._using(self._recorded) as embedder:
            return embedder.embed_queries(texts)


def _check(recorded: RecordedModel, identity: EmbeddingModel) -> None:
    """Vectors of what only has the same name would be compared without any error."""
    name = recorded.model_name
    if identity.name != name:
        raise ConfigurationError(
            f"the knowledge set was embedded by {name}, which is {identity.name} here: install it under its name,"
            " or run `ingest reembed`"
        )
    prompts = ((recorded.query_prompt, identity.query_prompt), (recorded.passage_prompt, identity.passage_prompt))
    if recorded.dimension != identity.dimension or any(was not in (None, now) for was, now in prompts):
        raise ConfigurationError(
            f"the files of the embedding model {name} have changed (its dimension or prompts) since the knowledge set"
            " was embedded: put the old ones back, or run `ingest reembed`"
        )

"""Which embedding model questions to which knowledge sets are embedded with."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

from assistant.embedding.base import QueryEmbedder
from assistant.embedding.models import EmbeddingModels
from assistant.vector_store.base import EmbeddingSpace, VectorStore


class KnowledgeModels(Protocol):
    """The embedders of knowledge sets. Safe to share between threads. `of` gives the one for sets that are searched
    together, None where there is none of the sets yet; after `look_again` it has asked the store anew."""

    def of(self, knowledge_sets: Sequence[str]) -> QueryEmbedder | None: ...

    def look_again(self, knowledge_sets: Sequence[str]) -> None: ...


class RecordedModels:
    """KnowledgeModels by what is recorded in the sets, so that a set that moved to another model is followed."""

    def __init__(self, store: VectorStore, models: EmbeddingModels) -> None:
        self._store = store
        self._models = models
        self._known: dict[str, EmbeddingSpace] = {}
        self._lock = threading.Lock()

    def of(self, knowledge_sets: Sequence[str]) -> QueryEmbedder | None:
        for name in knowledge_sets:
            space = self._known.get(name) or self._looked_up(name)
            if space is not None:
                return self._models.for_model(space)
        return None

    def look_again(self, knowledge_sets: Sequence[str]) -> None:
        with self._lock:
            for name in knowledge_sets:
                self._known.pop(name, None)

    def _looked_up(self, name: str) -> EmbeddingSpace | None:
        found = self._store.find_set(name)
        if found is None:
            return None
        with self._lock:
            self._known[name] = found.space
        return found.space

"""All knowledge sets of one embedding model."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.embedding.base import QueryEmbedder


class OneModel:
    """KnowledgeModels that give the same embedder for any set; `looked_again` tells how often it was asked to."""

    def __init__(self, embedder: QueryEmbedder) -> None:
        self._embedder = embedder
        self.looked_again = 0

    def of(self, knowledge_sets: Sequence[str]) -> QueryEmbedder | None:
        return self._embedder

    def look_again(self, knowledge_sets: Sequence[str]) -> None:
        self.looked_again += 1

"""An embedder whose vectors are the caller's own words for it: one direction for each topic that a text names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.embedding.base import EmbeddingModel, Vectors


class TopicEmbedder:
    """An Embedder: a text points to the topics whose words it holds, in equal parts; to a direction of its own if to
    none. `queries` records each call."""

    model_name = "topics"
    max_tokens = 512

    def __init__(self, *topics: str) -> None:
        self._topics = topics
        self.queries: list[list[str]] = []

    @property
    def identity(self) -> EmbeddingModel:
        return EmbeddingModel(self.model_name, self.dimension)

    @property
    def dimension(self) -> int:
        return len(self._topics) + 1

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.queries.append(list(texts))
        return self.embed_passages(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        rows = [[*(float(topic in text) for topic in self._topics), 0.0] for text in texts]
        vectors = np.asarray(rows, dtype=np.float32).reshape(len(texts), self.dimension)
        vectors[:, -1] = ~vectors.any(axis=1)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

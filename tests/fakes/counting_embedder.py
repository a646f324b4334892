"""An embedder for tests of splitting: its tokens are pieces of four letters, as simple as they get."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.embedding.base import EmbeddingModel, Vectors


class CountingEmbedder:
    """An Embedder that remembers which passages it was given; all its vectors point the same way.

    `extra_tokens`: so many are counted once for each text of two words or more, as tokenizers do whose tokens don't
    add up.
    """

    model_name = "counting"
    dimension = 3

    def __init__(self, max_tokens: int = 64, extra_tokens: int = 0) -> None:
        self.max_tokens = max_tokens
        self.passages: list[str] = []
        self._extra_tokens = extra_tokens

    @property
    def identity(self) -> EmbeddingModel:
        return EmbeddingModel(self.model_name, self.dimension)

    def count_tokens(self, text: str) -> int:
        words = text.split()
        return sum(-(-len(word) // 4) for word in words) + (self._extra_tokens if len(words) > 1 else 0)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return np.full((len(texts), 3), 3**-0.5, dtype=np.float32)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.passages.extend(texts)
        return self.embed_queries(texts)

"""The packaged embedding model, measured while it works."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from assistant.embedding.base import Embedder, EmbeddingModel, Vectors
from assistant.embedding.exported import exported_folder
from assistant.embedding.model_location import locate_model
from assistant.embedding.onnx_embedder import OnnxEmbedder
from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder


class MeasuredEmbedder:
    """An embedder that adds up the time and the tokens of its passages."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.seconds = 0.0
        self.texts: list[str] = []

    @property
    def model_name(self) -> str:
        return self._embedder.model_name

    @property
    def identity(self) -> EmbeddingModel:
        return self._embedder.identity

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    def count_tokens(self, text: str) -> int:
        return self._embedder.count_tokens(text)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.embed_queries(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        started = time.perf_counter()
        vectors = self._embedder.embed_passages(texts)
        self.seconds += time.perf_counter() - started
        self.texts += texts
        return vectors


def embedder_in(precision: str, cache: Path) -> Embedder:
    """The packaged model in that precision; its export for int8 is kept in `cache`."""
    if precision == "float32":
        return SentenceTransformerEmbedder()
    location = locate_model("")
    return OnnxEmbedder(location.name, exported_folder(location, cache))

"""The ports to an embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""float32, (n, dimension), rows of unit length, in the order of the texts."""


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """What identifies an embedding model: vectors of two that differ in any of it never mix. The prompts are what it
    reads before a query and before a passage."""

    name: str
    dimension: int
    query_prompt: str = ""
    passage_prompt: str = ""


class QueryEmbedder(Protocol):
    """What finding needs of an embedding model. Safe to share between threads. `model_name` identifies the model
    (vectors of two models never mix)."""

    @property
    def model_name(self) -> str: ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors: ...


class Embedder(QueryEmbedder, Protocol):
    """One embedding model, also for passages.

    `max_tokens` is the longest text that the model reads whole, special tokens included. `count_tokens` counts with the
    model's own tokenizer, special tokens left out. `embed_queries` and `embed_passages` differ for models that want a
    prefix. `identity` is what a knowledge set records of it.
    """

    @property
    def identity(self) -> EmbeddingModel: ...

    @property
    def dimension(self) -> int: ...

    @property
    def max_tokens(self) -> int: ...

    def count_tokens(self, text: str) -> int: ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors: ...

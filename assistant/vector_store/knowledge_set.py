"""A knowledge set, and the embedding model that it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.embedding.base import Vectors
from assistant.errors import ConfigurationError

# pgvector's HNSW index takes no more (https://github.com/pgvector/pgvector#hnsw, read 2025-11).
MAX_DIMENSION = 2000


@dataclass(frozen=True, slots=True)
class KnowledgeSet:
    """A row of knowledge_sets."""

    id: int
    name: str
    embedding_model: str
    dimension: int

    def check_model(self, model_name: str, dimension: int) -> None:
        """Raises ConfigurationError unless the set was made with this model and dimension."""
        if (model_name, dimension) != (self.embedding_model, self.dimension):
            raise ConfigurationError(
                f"knowledge set {self.name!r} was made with embedding model {self.embedding_model}"
                f" ({self.dimension} dimensions), but EMBEDDING_MODEL is {model_name} ({dimension} dimensions):"
                f" set EMBEDDING_MODEL={self.embedding_model}, or choose another knowledge set"
            )


def check_dimension(model_name: str, dimension: int) -> None:
    """Raises ConfigurationError when no index can be made for vectors this long."""
    if not 1 <= dimension <= MAX_DIMENSION:
        raise ConfigurationError(
            f"EMBEDDING_MODEL={model_name} gives {dimension} dimensions, but pgvector indexes at most {MAX_DIMENSION}:"
            " choose a smaller model"
        )


def check_rows(embeddings: Vectors, top_ks: Sequence[int]) -> None:
    """Raises ValueError unless there is one embedding for each number of chunks wanted, and each number is positive."""
    if len(embeddings) != len(top_ks):
        raise ValueError(f"{len(embeddings)} embeddings need as many top_ks, not {len(top_ks)}")
    if any(top_k < 1 for top_k in top_ks):
        raise ValueError("top_k must be at least 1")

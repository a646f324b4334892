"""What the assistant counts as found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from assistant.config import Settings
from assistant.embedding.distances import near_distances


@dataclass(frozen=True, slots=True)
class Limits:
    """So many passages are found for a question, and only within `max_distance` (cosine distance, [0, 2]) of it they
    count; with a reranker within `max_rerank_distance` ([0, 1])."""

    top_k: int = 5
    max_distance: float = 0.6
    max_rerank_distance: float | None = None

    @classmethod
    def of(cls, settings: Settings, model_name: str) -> Self:
        """As ASSISTANT_TOP_K and ASSISTANT_MAX_DISTANCE say; unset, the distance is the one that suits the model."""
        near = near_distances(model_name)
        is_set = near is None or "max_distance" in settings.model_fields_set
        max_distance = settings.max_distance if near is None or is_set else near.asked
        return cls(settings.top_k, max_distance, settings.max_rerank_distance if settings.reranker_model else None)

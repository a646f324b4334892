"""What the assistant counts as found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from assistant import wiring
from assistant.config import Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """So many passages are found for a question, and only within `max_distance` of it (see gate.judge) they
    count; with a reranker within `max_rerank_distance` ([0, 1])."""

    top_k: int = 5
    max_distance: float = 0.68
    max_rerank_distance: float | None = None

    @classmethod
    def of(cls, settings: Settings, model_name: str) -> Self:
        """As ASSISTANT_TOP_K and ASSISTANT_MAX_DISTANCE say; unset, the distance is the one that suits the model."""
        near = wiring.suiting_distances(settings)(model_name)
        max_distance = near.asked if near else settings.max_distance
        return cls(settings.top_k, max_distance, settings.max_rerank_distance if settings.reranker_model else None)

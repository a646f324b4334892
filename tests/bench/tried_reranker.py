"""A reranker to measure, and what it was trained on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from assistant.rerank import CrossEncoderReranker, Reranker

SEEN = "trained-on.json"
"""In the folder of a model that was trained here: the sets that it saw."""


@dataclass(frozen=True, slots=True)
class TriedReranker:
    """A reranker, and the sets of the shared data that it was trained on."""

    reranker: Reranker
    seen: frozenset[str]

    @classmethod
    def of(cls, model: str) -> TriedReranker:
        """By folder or name. Raises ConfigurationError."""
        note = Path(model) / SEEN
        return cls(CrossEncoderReranker(model), frozenset(json.loads(note.read_text()) if note.exists() else ()))

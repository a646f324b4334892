"""How the documents of a run are to be taken in, as workers on other machines are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from assistant.config import Settings
from assistant.vector_store.base import KnowledgeSet, SetOptions
from ingest.intake import Choices
from ingest.reading.base import FurnitureRules, ReadingHints
from ingest.wiring import embedding_model


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """What was chosen, and those of the command's settings on which it depends what is stored: a worker's own may be
    others. `embedding_model` is a name as in EMBEDDING_MODEL."""

    choices: Choices
    embedding_model: str
    chunk_tokens: int
    chunk_overlap: int
    max_document_mb: float

    @classmethod
    def of(cls, choices: Choices, settings: Settings, found: KnowledgeSet | None) -> Self:
        """Of a command with these settings; `found` is the knowledge set, if it is there already."""
        model = embedding_model(settings, found)
        return cls(choices, model, settings.chunk_tokens, settings.chunk_overlap, settings.max_document_mb)

    def applied_to(self, settings: Settings) -> Settings:
        """A worker's settings with the command's in their place."""
        return settings.model_copy(
            update={
                "embedding_model": self.embedding_model,
                "chunk_tokens": self.chunk_tokens,
                "chunk_overlap": self.chunk_overlap,
                "max_document_mb": self.max_document_mb,
            }
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The same again."""
        facts = dict(value)
        return cls(_choices(facts.pop("choices")), **facts)


def _choices(value: Mapping[str, Any]) -> Choices:
    hints = dict(value["hints"])
    rules = hints.pop("furniture_rules")
    return Choices(
        value["knowledge_set"],
        tuple((name, content) for name, content in value["tags"]),
        tuple(value["audience"]),
        SetOptions(**value["options"]),
        ReadingHints(**hints, furniture_rules=FurnitureRules(tuple(rules["selectors"]), tuple(rules["lines"]))),
        value["synced_from"],
    )

"""From options on the command line to what is chosen for the documents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.config import Settings
from assistant.vector_store.base import SetOptions
from ingest.commands.options import named_audience, named_tags
from ingest.intake import Choices
from ingest.loaders.furniture_rules import read_furniture_rules
from ingest.reading.base import FurnitureRules, ReadingHints


@dataclass(frozen=True, slots=True)
class IntakeArguments:
    """The options of `intake_options`, as click gives them."""

    knowledge_set: str | None
    tags: tuple[str, ...]
    audience: tuple[str, ...]
    chunk_tokens: int | None
    chunk_overlap: int | None
    text_search: str | None
    question_column: str
    answer_column: str
    leave_out: Path | None
    as_json: bool

    def choices(self, settings: Settings, synced_from: str = "") -> Choices:
        """What they choose. Raises IngestError."""
        file = self.leave_out or settings.leave_out_file
        rules = read_furniture_rules(file) if file else FurnitureRules()
        return Choices(
            self.knowledge_set or settings.knowledge_set,
            named_tags(self.tags),
            named_audience(self.audience),
            SetOptions(self.chunk_tokens, self.chunk_overlap, self.text_search, settings.index_precision),
            ReadingHints(self.question_column, self.answer_column, rules),
            synced_from,
        )

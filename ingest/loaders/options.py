"""What reading is held to, and what is told about the documents beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What one document may take; for archives, each of its members.

    `memory_mb` is all address space of the child process, its program included. `cpu_s` is rounded up by the system to
    whole seconds. `max_ratio` is of unpacked to packed size. `max_unpacked_mb`, `max_members` and `archive_wall_s` hold
    for an archive as a whole, `max_text_chars` for the text that is handed on from one source.
    """

    memory_mb: int = 512
    cpu_s: int = 60
    wall_s: float = 120
    archive_wall_s: float = 1_800
    max_document_mb: float = 20
    max_pages: int = 2_000
    max_ratio: int = 100
    max_unpacked_mb: float = 200
    max_members: int = 10_000
    max_text_chars: int = 20_000_000


@dataclass(frozen=True, slots=True)
class FurnitureRules:
    """Further furniture of pages: CSS selectors of elements, and regular expressions that match a whole line."""

    selectors: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingHints:
    """`question_column` and `answer_column` name the columns of tables, "" where they are to be found."""

    question_column: str = ""
    answer_column: str = ""
    furniture_rules: FurnitureRules = field(default_factory=FurnitureRules)


@dataclass(frozen=True, slots=True)
class LoaderOptions:
    """What each loader is given beside the document."""

    limits: ReadingLimits = field(default_factory=ReadingLimits)
    hints: ReadingHints = field(default_factory=ReadingHints)


DEFAULT_OPTIONS = LoaderOptions()
BYTES_PER_MB = 1_000_000

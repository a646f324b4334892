"""Rows of tables to question-answer pairs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ingest.errors import EmptyDocument, shown
from ingest.loaders.base import LoadedDocument, QuestionAnswer, QuestionAnswers, RawDocument, document_of
from ingest.loaders.columns import Columns
from ingest.loaders.storable import storable

# More are not listed.
MAX_LINES_NOTED = 10
# Of a table without column names: so many of its rows must begin with a question.
QUESTION_SHARE = 0.6
MAX_NAME_WORDS = 3
_QUESTION_MARKS = ("?", "？", "؟", ";?")
_OPENS_A_QUESTION = re.compile(
    r"(?:how|what|when|where|why|who|which|whose|can|could|do|does|did|is|are|am|should|will|would|may|must"
    r"|wie|was|wann|wo|warum|wer|welche[rns]?|kann|können|darf|muss|gibt"
    r"|cómo|qué|cuándo|dónde|quién|cuál|puedo|comment|pourquoi|quand|quel(?:le)?s?|est-ce"
    r"|como|quando|onde|come|perché|dove|hoe|wat|waarom|hur|vad)\b|[¿]|(?:怎么|如何|什么|为什么|哪|是否|能否|请问|どう|なぜ|何)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """`place` says where it stands in its file ("line 3", in notes as "3"), from 1."""

    place: str
    cells: Sequence[str]


@dataclass(slots=True)
class Pairs:
    """The pairs found so far, and the places of the rows that lack a question or an answer."""

    found: list[QuestionAnswer] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)

    def add(self, rows: Iterable[Row], columns: Columns) -> None:
        """Take the rows in; those without any text are passed over."""
        for row in rows:
            question, answer = _cell(row, columns.question), _cell(row, columns.answer)
            if question and answer:
                self.found.append(QuestionAnswer(question, answer))
            elif any(storable(cell).strip() for cell in row.cells):
                self.incomplete.append(row.place)

    def document(self, raw: RawDocument, notes: Sequence[str] = ()) -> LoadedDocument:
        """The document of these pairs. Raises EmptyDocument where there are none."""
        if not self.found:
            raise EmptyDocument(f"{shown(raw.uri)} has no row with a question and an answer: add some, or leave it out")
        return document_of(raw, "", QuestionAnswers(tuple(self.found)), (*self._notes(raw.uri), *notes))

    def _notes(self, uri: str) -> tuple[str, ...]:
        if not self.incomplete:
            return ()
        more = ", …" if len(self.incomplete) > MAX_LINES_NOTED else ""
        lines = ", ".join(self.incomplete[:MAX_LINES_NOTED]) + more
        rows = f"{len(self.incomplete)} row{'' if len(self.incomplete) == 1 else 's'}"
        return (f"{shown(uri)}: left out {rows} without a question or without an answer (lines {lines})",)


def nameless_columns(rows: Sequence[Row]) -> tuple[Columns, bool] | None:
    """The columns of a table that does not name them: two columns with text, the first mostly questions, and whether
    the first row is made of names all the same. None for any other table."""
    width = max((len(row.cells) for row in rows), default=0)
    used = [place for place in range(width) if any(_cell(row, place) for row in rows)]
    if len(used) != 2:
        return None
    columns = Columns(*used)
    has_header = len(rows) > 1 and _is_header(rows[0], columns)
    below = rows[1:] if has_header else rows
    full = [row for row in below if _cell(row, columns.question) and _cell(row, columns.answer)]
    questions = sum(is_question(_cell(row, columns.question)) for row in full)
    return (columns, has_header) if full and questions >= QUESTION_SHARE * len(full) else None


def marked_questions(rows: Sequence[Row], columns: Columns) -> int:
    """How many questions end with a question mark: cut at the wrong separator, few do."""
    return sum(_cell(row, columns.question).endswith(_QUESTION_MARKS) for row in rows)


def is_question(text: str) -> bool:
    """Whether the text reads like a question."""
    return text.strip().endswith(_QUESTION_MARKS) or _OPENS_A_QUESTION.match(text.strip()) is not None


def _is_header(row: Row, columns: Columns) -> bool:
    cells = [_cell(row, place) for place in (columns.question, columns.answer)]
    short = all(cell and len(cell.split()) <= MAX_NAME_WORDS and not cell.endswith((".", "!", "。")) for cell in cells)
    return short and not is_question(cells[0])


def _cell(row: Row, place: int) -> str:
    return storable(row.cells[place]).strip() if place < len(row.cells) else ""

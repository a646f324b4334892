"""A chunk as it is linted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SENTENCE_END = re.compile(r"(?<=[.!?])\s|(?<=[。！？])|\n\s*\n")
_MARKS = re.compile(r"^[\s>#*\-|]+")
MIN_SENTENCE_CHARS = 30
MAX_QUESTION_CHARS = 300


@dataclass(frozen=True, slots=True)
class LintedChunk:
    """A stored chunk. `words` are the words of its question or innermost heading as full-text search knows them: in the
    set's language, without endings and stop words; `subject_words` are those of its title and all its headings."""

    id: int
    uri: str
    title: str
    heading_path: tuple[str, ...]
    anchor: str
    text: str
    is_pair: bool = False
    audience: tuple[str, ...] = ()
    words: frozenset[str] = field(default_factory=frozenset)
    subject_words: frozenset[str] = field(default_factory=frozenset)

    @property
    def question(self) -> str:
        """What it answers: its question, or its innermost heading; "" where it has none."""
        if self.is_pair:
            return self.text.partition("\n")[0]
        return self.heading_path[-1] if self.heading_path else ""

    @property
    def answer(self) -> str:
        return self.text.partition("\n")[2] if self.is_pair else self.text

    @property
    def shown_heading(self) -> str:
        """The title and the headings below it, joined with " > "."""
        path = self.heading_path if self.heading_path[:1] == (self.title,) else (self.title, *self.heading_path)
        return " > ".join(part for part in path if part)

    @property
    def own_questions(self) -> tuple[str, ...]:
        """What somebody would ask who wants exactly this passage, the most telling first."""
        if self.is_pair:
            return (self.question,)
        heading = self.question or self.title
        sentence = _beginning(self.text, heading)
        asked = (f"{heading}: {sentence}" if heading and sentence else heading or sentence, sentence, heading)
        return tuple(dict.fromkeys(text for text in asked if text))


def _beginning(text: str, heading: str) -> str:
    """The first sentence, and as many more as make it say something; without the heading where that is repeated."""
    rest = text.strip()
    if heading and rest.casefold().startswith(heading.casefold()) and len(rest) > len(heading):
        rest = rest[len(heading) :]
    begun = ""
    for sentence in _SENTENCE_END.split(rest):
        begun = f"{begun} {_MARKS.sub('', sentence)}".strip()
        if len(begun) >= MIN_SENTENCE_CHARS:
            break
    return begun[:MAX_QUESTION_CHARS]


@dataclass(frozen=True, slots=True)
class NearPair:
    """Two chunks whose questions or passages lie near each other: `distance` is theirs, `answer_distance` that of the
    answers of two question-answer pairs (None: they aren't two). Cosine distances, [0, 2]."""

    one: LintedChunk
    other: LintedChunk
    distance: float
    answer_distance: float | None = None

    @property
    def is_seen_together(self) -> bool:
        """Whether somebody may see both."""
        return bool(set(self.one.audience) & set(self.other.audience))

"""What is to be mended in a knowledge set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from assistant.excerpt import excerpt
from assistant.vector_store.base import RetrievedChunk
from ingest.lint.passage import LintedChunk

Kind = Literal["contradiction", "unanswered", "dead link", "unreachable", "duplicate"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The most important first: a wrong answer is worse than none, and one answer twice is only untidy."""

EXCERPT_CHARS = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: `anchor` and `heading` (title > headings) are "" where there is none, `text` is the
    beginning of the passage. A question from a file stands nowhere: it has a text alone."""

    text: str
    uri: str = ""
    anchor: str = ""
    heading: str = ""

    @classmethod
    def of(cls, chunk: LintedChunk) -> Place:
        return cls(excerpt(chunk.text, EXCERPT_CHARS), chunk.uri, chunk.anchor, chunk.shown_heading)

    @classmethod
    def of_hit(cls, hit: RetrievedChunk) -> Place:
        heading = f"{hit.title} > {hit.subheading}" if hit.subheading else hit.title
        return cls(excerpt(hit.text, EXCERPT_CHARS), hit.uri, hit.anchor, heading)

    @property
    def address(self) -> str:
        """The uri with its anchor."""
        return f"{self.uri}#{self.anchor}" if self.anchor else self.uri


@dataclass(frozen=True, slots=True)
class Finding:
    """`others` are the passages that it collides with, that crowd it out, or the questions that are asked alike.
    `distance` is the cosine distance that decided, [0, 2]; None where none did. `count`: how often it occurs."""

    kind: Kind
    place: Place
    why: str
    others: tuple[Place, ...] = ()
    distance: float | None = None
    count: int = 1

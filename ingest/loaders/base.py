"""What a loader gives: a document's title and text, before it is split."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Markdown:
    """Text with a structure of headings. A heading may name its anchor: `## Opening hours {#hours}`.

    `slug_anchors`: headings without one get the anchor that GitHub and its kind would make; otherwise they have none.
    """

    text: str
    slug_anchors: bool


@dataclass(frozen=True, slots=True)
class PlainText:
    """Text in which nothing is markup."""

    text: str


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """One pair of a FAQ."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class QuestionAnswers:
    """A FAQ whose pairs are never split and never merged."""

    pairs: tuple[QuestionAnswer, ...]


Content = Markdown | PlainText | QuestionAnswers


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """A document as loaded. `uri` is the file's absolute path; `title` is "" where the document has none of its own.

    `content_hash` is the hex SHA-256 of the source's bytes. `notes` say what was left out, a line each.
    """

    uri: str
    title: str
    content: Content
    content_hash: str
    notes: tuple[str, ...] = ()


class Loader(Protocol):
    """Makes a document of a file's bytes; it does no input or output.

    Raises DocumentUnreadable or EmptyDocument, naming `path`, and nothing else, whatever the bytes are.
    """

    def __call__(self, path: Path, data: bytes) -> LoadedDocument: ...


def document_of(path: Path, data: bytes, title: str, content: Content, notes: tuple[str, ...] = ()) -> LoadedDocument:
    """The document that a loader gives for these bytes."""
    return LoadedDocument(str(path), title, content, hashlib.sha256(data).hexdigest(), notes)

"""What a loader gives: a document's title and text, before it is split."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from ingest.loaders.options import LoaderOptions
from ingest.loaders.storable import storable


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
class RawDocument:
    """A document as it came. `uri` names it in the database and in messages; `media_type` is what a web server said of
    it, with parameters, else ""."""

    uri: str
    data: bytes
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """A document as loaded. `uri` is the file's absolute path, the page's address, or the archive's uri, "/" and the
    member's name; `title` is "" where the document has none of its own.

    `content_hash` is the hex SHA-256 of the document's own bytes. `notes` say what was left out, a line each.
    """

    uri: str
    title: str
    content: Content
    content_hash: str
    notes: tuple[str, ...] = ()


class Loader(Protocol):
    """Makes a document of a file's bytes; it does no input or output.

    Raises DocumentUnreadable, DocumentTooLarge or EmptyDocument, naming the uri, and nothing else but what comes of the
    child's limits (MemoryError), whatever the bytes are.
    """

    def __call__(self, raw: RawDocument, options: LoaderOptions) -> LoadedDocument: ...


def document_of(raw: RawDocument, title: str, content: Content, notes: tuple[str, ...] = ()) -> LoadedDocument:
    """The document that a loader gives for these bytes."""
    return LoadedDocument(raw.uri, storable(title), _storable(content), hashlib.sha256(raw.data).hexdigest(), notes)


def _storable(content: Content) -> Content:
    match content:
        case Markdown(text, slug_anchors):
            return Markdown(storable(text), slug_anchors)
        case PlainText(text):
            return PlainText(storable(text))
        case QuestionAnswers(pairs):
            return QuestionAnswers(tuple(QuestionAnswer(storable(p.question), storable(p.answer)) for p in pairs))

"""Documents as JSON, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingest.errors import (
    DocumentMissing,
    DocumentTooLarge,
    DocumentUnreadable,
    EmptyDocument,
    IngestError,
    UnsupportedDocument,
)
from ingest.loaders.base import Content, LoadedDocument, Markdown, PlainText, QuestionAnswer, QuestionAnswers
from ingest.reading.base import RefusedDocument
from ingest.reading.frames import FrameBroken, items, text

_HASH = re.compile(r"[0-9a-f]{64}")
# A document's own words, not its text: a title, a note.
MAX_LINE_CHARS = 100_000
MAX_NOTES = 1_000
# What a loader may raise; anything else is no refusal.
_ERRORS: Mapping[str, type[IngestError]] = {
    error.__name__: error
    for error in (DocumentMissing, DocumentTooLarge, DocumentUnreadable, EmptyDocument, UnsupportedDocument)
}


def document_to_json(document: LoadedDocument) -> dict[str, object]:
    """All of it."""
    return {
        "uri": document.uri,
        "title": document.title,
        "content": _content_to_json(document.content),
        "content_hash": document.content_hash,
        "notes": list(document.notes),
    }


def document_from_json(message: Mapping[str, object]) -> LoadedDocument:
    """The document. Raises FrameBroken for what is none."""
    content_hash = text(message, "content_hash")
    notes = items(message, "notes")
    if not _HASH.fullmatch(content_hash) or len(notes) > MAX_NOTES:
        raise FrameBroken("no content_hash, or too many notes")
    content = message.get("content")
    if not isinstance(content, dict):
        raise FrameBroken("no content")
    return LoadedDocument(
        text(message, "uri", MAX_LINE_CHARS),
        text(message, "title", MAX_LINE_CHARS),
        _content_from_json(content),
        content_hash,
        tuple(_line(note) for note in notes),
    )


def refusal_to_json(refused: RefusedDocument) -> dict[str, object]:
    """The error as its class and its line."""
    kind = next((name for name, error in _ERRORS.items() if type(refused.error) is error), DocumentUnreadable.__name__)
    return {"uri": refused.uri, "error": kind, "message": str(refused.error)}


def refusal_from_json(message: Mapping[str, object]) -> RefusedDocument:
    """The refusal. Raises FrameBroken for what is none."""
    error = _ERRORS.get(text(message, "error"))
    if error is None:
        raise FrameBroken("no error")
    return RefusedDocument(text(message, "uri", MAX_LINE_CHARS), error(_line(message.get("message"))))


def _content_to_json(content: Content) -> dict[str, object]:
    match content:
        case Markdown(body, slug_anchors):
            return {"kind": "markdown", "text": body, "slug_anchors": slug_anchors}
        case PlainText(body):
            return {"kind": "text", "text": body}
        case QuestionAnswers(pairs):
            return {"kind": "pairs", "pairs": [[pair.question, pair.answer] for pair in pairs]}


def _content_from_json(message: Mapping[str, object]) -> Content:
    match message.get("kind"):
        case "markdown" if isinstance(slug_anchors := message.get("slug_anchors"), bool):
            return Markdown(text(message, "text"), slug_anchors)
        case "text":
            return PlainText(text(message, "text"))
        case "pairs":
            return QuestionAnswers(tuple(_pair(item) for item in items(message, "pairs")))
    raise FrameBroken("no content")


def _pair(item: object) -> QuestionAnswer:
    match item:
        case [str(question), str(answer)]:
            return QuestionAnswer(question, answer)
    raise FrameBroken("no pair")


def _line(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_LINE_CHARS:
        raise FrameBroken("no line")
    return " ".join(value.split())

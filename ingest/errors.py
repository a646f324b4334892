"""What can go wrong while documents are taken in: each message names the file and says what to do, on one line."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import AssistantError


class IngestError(AssistantError):
    """Base of what is wrong with one document; the other documents are not touched by it."""


class DocumentMissing(IngestError):
    """There is no such file or folder, or it may not be read."""


class UnsupportedDocument(IngestError):
    """No loader reads this kind of file."""


class DocumentTooLarge(IngestError):
    """The file is larger than ASSISTANT_MAX_DOCUMENT_MB."""


class DocumentUnreadable(IngestError):
    """The file's bytes are not what its name promises: binary, wrong encoding, broken structure."""


class EmptyDocument(IngestError):
    """There is no text in the document."""


class QueriesUnreadable(IngestError):
    """The file of queries is missing or one of its lines is broken; the message names the line."""


def shown(path: Path | str) -> str:
    """A path as it can stand in a message: on one line, without control characters, whatever the file is called."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in str(path))

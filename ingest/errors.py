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
    """The file is larger than ASSISTANT_MAX_DOCUMENT_MB, or has more pages, members or text than is allowed."""


class DocumentUnreadable(IngestError):
    """The file's bytes are not what its name promises: binary, wrong encoding, broken structure."""


class EmptyDocument(IngestError):
    """There is no text in the document."""


class ReadingLimitExceeded(IngestError):
    """Reading the document took more memory or time than is allowed, or crashed the process that read it."""


class ReadingUnavailable(AssistantError):
    """No process for reading documents can be started; this concerns all documents."""


class FurnitureRulesUnreadable(IngestError):
    """The file with rules for pages' furniture is missing, or one of its rules is wrong; the message names the rule."""


class InvalidAddress(IngestError):
    """Not the address of a web page: no http or https, with a password in it, or broken."""


class PrivateAddress(IngestError):
    """The address, or one that it was sent on to, leads into a private network, and ASSISTANT_FETCH_HOSTS doesn't name
    it."""


class PageMissing(IngestError):
    """The server says that there is no such page (404, 410)."""


class PageRefused(IngestError):
    """The server, or its robots.txt, doesn't let us have the page."""


class PageUnreachable(IngestError):
    """The server can't be reached, or fails: no such name, no connection, broken TLS, too slow, overloaded."""

    retryable = True


class SitemapUnreadable(IngestError):
    """The sitemap is broken, or larger than the protocol allows."""


class QueriesUnreadable(IngestError):
    """The file of queries is missing or one of its lines is broken; the message names the line."""


def shown(path: Path | str) -> str:
    """A path as it can stand in a message: on one line, without control characters, whatever the file is called."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in str(path))

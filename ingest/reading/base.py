"""Documents as they are named, and what reading gives of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from ingest.errors import IngestError
from ingest.loaders.base import LoadedDocument
from ingest.loaders.options import FurnitureRules, ReadingHints, ReadingLimits

__all__ = [
    "DocumentReader",
    "FurnitureRules",
    "LoadedDocument",
    "ReadingHints",
    "ReadingLimits",
    "RefusedDocument",
    "SourceFile",
]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One thing to read: exactly one of `path` (absolute) and `data`.

    `uri` names it in the database: an absolute path, an address, or such as "stdin:faq.md". Its format is told by the
    suffix of `name`, else by `media_type` (a web server's Content-Type, with its charset), else it is Markdown where
    `data` is given. A server that says HTML is believed whatever the name: addresses like /README.md lead to pages.
    """

    uri: str
    name: str
    path: Path | None = None
    data: bytes | None = None
    media_type: str = ""

    def __post_init__(self) -> None:
        if (self.path is None) == (self.data is None):
            raise ValueError("give exactly one of path and data")


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """A document that was not read; `error` names it and says why on one line."""

    uri: str
    error: IngestError


class DocumentReader(Protocol):
    """Reads documents one after the other, within limits, whatever their bytes are. For one thread."""

    def read(self, source: SourceFile) -> list[LoadedDocument | RefusedDocument]:
        """What became of it, never empty: one entry, or one for each member of an archive, in its order.

        An archive's members have the uri `<uri of the archive>/<name of the member>`; an archive that is refused as a
        whole is one entry. What is wrong with a document is never raised, only what concerns all documents
        (ReadingUnavailable: no child process can be started).
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

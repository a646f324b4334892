"""A reader of documents without a child process."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from ingest.loaders.base import LoadedDocument
from ingest.loaders.options import DEFAULT_OPTIONS
from ingest.reading.base import RefusedDocument, SourceFile
from ingest.reading.documents import Begun, documents


class InProcessReader:
    """A DocumentReader that runs the loaders in this process: no hostile file may be given to it."""

    def read(self, source: SourceFile) -> list[LoadedDocument | RefusedDocument]:
        return [entry for entry in documents(source, DEFAULT_OPTIONS) if not isinstance(entry, Begun)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """There is nothing to end."""

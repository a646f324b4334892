"""A reader that tells how many documents a source has."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from ingest.reading.base import DocumentReader, LoadedDocument, RefusedDocument, SourceFile
from ingest.spread.held_tasks import HeldTasks


class CountedReader:
    """The DocumentReader `inner`; `held` learns how many outcomes each source will have."""

    def __init__(self, inner: DocumentReader, held: HeldTasks) -> None:
        self._inner = inner
        self._held = held

    def read(self, source: SourceFile) -> list[LoadedDocument | RefusedDocument]:
        entries = self._inner.read(source)
        self._held.expect(source.uri, len(entries))
        return entries

    def __enter__(self) -> Self:
        self._inner.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._inner.__exit__(kind, error, traceback)

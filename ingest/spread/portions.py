"""The sources of a sync, in portions that fit into the database's row by row."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ingest.errors import IngestError
from ingest.loaders.options import BYTES_PER_MB
from ingest.loaders.source_bytes import read_file
from ingest.reading.base import RefusedDocument, SourceFile

PORTION_SOURCES = 50
PORTION_BYTES = 20 * BYTES_PER_MB
# Of pages that come slowly: nobody waits for a portion to be full.
PORTION_S = 0.5


@dataclass(slots=True)
class Portion:
    """Sources, which have `data`, and what was refused meanwhile."""

    sources: list[SourceFile] = field(default_factory=list)
    refused: list[RefusedDocument] = field(default_factory=list)
    bytes: int = 0

    def add(self, entry: SourceFile | RefusedDocument) -> None:
        if isinstance(entry, SourceFile):
            self.sources.append(entry)
            self.bytes += len(entry.data or b"")
        else:
            self.refused.append(entry)

    @property
    def is_full(self) -> bool:
        return len(self.sources) + len(self.refused) >= PORTION_SOURCES or self.bytes >= PORTION_BYTES


def portions(entries: Iterable[SourceFile | RefusedDocument], max_document_mb: float) -> Iterator[Portion]:
    """All entries, in order, with the bytes of their files; a file that can't be had, or is too large, is refused."""
    portion, begun_at = Portion(), time.monotonic()
    for entry in entries:
        portion.add(_with_data(entry, max_document_mb))
        if portion.is_full or time.monotonic() - begun_at > PORTION_S:
            yield portion
            portion, begun_at = Portion(), time.monotonic()
    if portion.sources or portion.refused:
        yield portion


def _with_data(entry: SourceFile | RefusedDocument, max_document_mb: float) -> SourceFile | RefusedDocument:
    if isinstance(entry, RefusedDocument) or entry.path is None:
        return entry
    try:
        return replace(entry, path=None, data=read_file(entry.path, max_document_mb))
    except IngestError as exc:
        return RefusedDocument(entry.uri, exc)

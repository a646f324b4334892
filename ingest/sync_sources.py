"""What a sync looks at: the files of a folder, or the pages of a sitemap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from assistant.config import Settings
from ingest.errors import DocumentMissing, shown
from ingest.files import FoundFiles, find_files, passed_over
from ingest.reading.base import RefusedDocument, SourceFile
from ingest.sources import fetched, file_source, is_address
from ingest.uris import document_uri
from ingest.web.options import FetchOptions
from ingest.web.sitemap import Sitemap, read_sitemap
from ingest.web.url import page_url


class SyncSources(Protocol):
    """`root` names the whole. `uris` are those of all sources that are there now, also of those that can't be read:
    what was stored of others is gone. `unseen` are folders whose sources could not be listed. `entries` gives each
    source, or why it can't be had. `notes`: what was left out."""

    root: str
    uris: frozenset[str]
    unseen: tuple[str, ...]
    notes: tuple[str, ...]

    def entries(self) -> Iterator[SourceFile | RefusedDocument]: ...


@dataclass
class Folder:
    """All supported files below a folder."""

    root: str
    found: FoundFiles
    uris: frozenset[str] = frozenset()
    unseen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.uris = frozenset(document_uri(path) for path in self.found.paths)
        self.unseen = tuple(uri for uri, _ in self.found.errors)
        self.notes = passed_over(self.found.skipped)

    def entries(self) -> Iterator[SourceFile | RefusedDocument]:
        yield from (RefusedDocument(uri, error) for uri, error in self.found.errors)
        yield from map(file_source, self.found.paths)


@dataclass
class Pages:
    """All pages of a sitemap."""

    root: str
    sitemap: Sitemap
    settings: Settings
    uris: frozenset[str] = frozenset()
    unseen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.uris = frozenset(self.sitemap.pages)
        self.notes = self.sitemap.notes

    def entries(self) -> Iterator[SourceFile | RefusedDocument]:
        yield from fetched(self.sitemap.pages, self.settings)


def sync_sources(root: str, settings: Settings) -> SyncSources:
    """The folder or sitemap of that name. Raises IngestError where it can't be looked at."""
    if is_address(root):
        address = str(page_url(root))
        return Pages(address, read_sitemap(address, FetchOptions.of(settings)), settings)
    folder = Path(document_uri(root))
    if not folder.is_dir():
        raise DocumentMissing(f"{shown(folder)} is no folder: give a folder, or the address of a sitemap")
    return Folder(str(folder), find_files([root], may_be_empty=True))

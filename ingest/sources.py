"""From what the user names to what is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from assistant.config import Settings
from ingest.errors import DocumentMissing, DocumentTooLarge, shown
from ingest.loaders.options import BYTES_PER_MB
from ingest.reading.base import RefusedDocument, SourceFile
from ingest.uris import document_uri
from ingest.web.options import FetchOptions
from ingest.web.page import FetchedPage
from ingest.web.pages import fetch_pages

STANDARD_INPUT = "-"


def is_address(argument: str) -> bool:
    """Whether it is a web address, and no path."""
    return argument.lower().startswith(("http://", "https://"))


def file_source(path: Path) -> SourceFile:
    """The file at that absolute path."""
    return SourceFile(document_uri(path), path.name, path=path)


def fetched(addresses: Sequence[str], settings: Settings) -> Iterator[SourceFile | RefusedDocument]:
    """The pages at these addresses, as they come."""
    for page in fetch_pages(addresses, FetchOptions.of(settings)):
        if isinstance(page, FetchedPage):
            yield SourceFile(page.uri, page.name, data=page.data, media_type=page.media_type)
        else:
            yield RefusedDocument(page.uri, page.error)


def standard_input(stream: BinaryIO, name: str, max_document_mb: float) -> SourceFile:
    """All that is piped in; `name` tells its format. Raises DocumentTooLarge."""
    limit = int(max_document_mb * BYTES_PER_MB)
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise DocumentTooLarge(
            f"standard input has more than {max_document_mb:g} MB: split it, or raise ASSISTANT_MAX_DOCUMENT_MB"
        )
    return SourceFile(f"stdin:{name}", name, data=data)


def source_hash(source: SourceFile) -> str:
    """The hex SHA-256 of the source's bytes. Raises DocumentMissing."""
    if source.data is not None:
        return hashlib.sha256(source.data).hexdigest()
    path = Path(str(source.path))
    try:
        if not path.is_file():
            raise DocumentMissing(f"{shown(path)} is not a regular file: give a file or a folder")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise DocumentMissing(
            f"{shown(path)} can't be read ({exc.strerror or exc}): check its name and permissions"
        ) from exc

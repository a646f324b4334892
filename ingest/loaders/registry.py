"""Which loader reads which file."""

from __future__ import annotations

import stat
from pathlib import Path

from ingest.errors import DocumentMissing, DocumentTooLarge, DocumentUnreadable, UnsupportedDocument, shown
from ingest.loaders.base import LoadedDocument, Loader
from ingest.loaders.csv import load_csv
from ingest.loaders.html import load_html
from ingest.loaders.markdown import load_markdown
from ingest.loaders.text import load_text

_LOADERS: dict[str, Loader] = {
    ".csv": load_csv,
    ".htm": load_html,
    ".html": load_html,
    ".markdown": load_markdown,
    ".md": load_markdown,
    ".text": load_text,
    ".txt": load_text,
}
BYTES_PER_MB = 1_000_000


def is_supported(path: Path) -> bool:
    """Whether a loader reads files with this suffix."""
    return path.suffix.lower() in _LOADERS


def load_document(path: Path, max_document_mb: float) -> LoadedDocument:
    """The document in the file at the absolute `path`. Raises an IngestError that names the file."""
    loader = _LOADERS.get(path.suffix.lower())
    if loader is None:
        kinds = " ".join(sorted(_LOADERS))
        raise UnsupportedDocument(f"{shown(path)} is of no supported kind: convert it to one of {kinds}")
    try:
        str(path).encode()
    except UnicodeEncodeError as exc:
        raise DocumentUnreadable(f"{shown(path)}: its name is not UTF-8; rename the file") from exc
    return loader(path, _read(path, max_document_mb))


def _read(path: Path, max_document_mb: float) -> bytes:
    """The file's bytes; its size is checked before anything is read, and again while it is."""
    limit = int(max_document_mb * BYTES_PER_MB)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DocumentMissing(f"{shown(path)} is not a regular file: give a file or a folder")
        if status.st_size > limit:
            raise _too_large(path, status.st_size, max_document_mb)
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as exc:
        raise DocumentMissing(
            f"{shown(path)} can't be read ({exc.strerror or exc}): check its name and permissions"
        ) from exc
    if len(data) > limit:
        raise _too_large(path, len(data), max_document_mb)
    return data


def _too_large(path: Path, size: int, max_document_mb: float) -> DocumentTooLarge:
    return DocumentTooLarge(
        f"{shown(path)} has {size / BYTES_PER_MB:.1f} MB, the limit is {max_document_mb:g} MB:"
        " split it, or raise ASSISTANT_MAX_DOCUMENT_MB"
    )

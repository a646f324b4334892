"""Plain text files."""

from __future__ import annotations

from pathlib import Path

from ingest.loaders.base import LoadedDocument, PlainText, document_of
from ingest.loaders.source_text import decode_utf8


def load_text(path: Path, data: bytes) -> LoadedDocument:
    """The file's text as it stands: a line of hashes or equal signs is no heading here."""
    return document_of(path, data, "", PlainText(decode_utf8(path, data)))

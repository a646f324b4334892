"""Plain text files."""

from __future__ import annotations

from ingest.loaders.base import LoadedDocument, PlainText, RawDocument, document_of
from ingest.loaders.options import DEFAULT_OPTIONS, LoaderOptions
from ingest.loaders.source_text import decode_utf8


def load_text(raw: RawDocument, options: LoaderOptions = DEFAULT_OPTIONS) -> LoadedDocument:
    """The file's text as it stands: a line of hashes or equal signs is no heading here."""
    return document_of(raw, "", PlainText(decode_utf8(raw)))

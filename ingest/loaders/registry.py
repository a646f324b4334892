"""Which loader reads which file."""

from __future__ import annotations

from pathlib import Path

from ingest.errors import UnsupportedDocument, shown
from ingest.loaders.base import LoadedDocument, Loader, RawDocument
from ingest.loaders.csv import load_csv
from ingest.loaders.docx import load_docx
from ingest.loaders.html import load_html
from ingest.loaders.json import load_json, load_json_lines
from ingest.loaders.markdown import load_markdown
from ingest.loaders.options import LoaderOptions, ReadingLimits
from ingest.loaders.pdf import load_pdf
from ingest.loaders.source_bytes import read_file
from ingest.loaders.text import load_text
from ingest.loaders.xlsx import load_xlsx

_LOADERS: dict[str, Loader] = {
    ".csv": load_csv,
    ".docx": load_docx,
    ".htm": load_html,
    ".html": load_html,
    ".json": load_json,
    ".jsonl": load_json_lines,
    ".markdown": load_markdown,
    ".md": load_markdown,
    ".pdf": load_pdf,
    ".text": load_text,
    ".tsv": load_csv,
    ".txt": load_text,
    ".xlsx": load_xlsx,
}
ARCHIVE = ".zip"
SUFFIXES = frozenset({*_LOADERS, ARCHIVE})


def is_supported(path: Path) -> bool:
    """Whether files with this suffix can be read."""
    return path.suffix.lower() in SUFFIXES


def loader_of(uri: str, suffix: str) -> Loader:
    """The loader for the suffix. Raises UnsupportedDocument, naming the uri."""
    loader = _LOADERS.get(suffix)
    if loader is None:
        kinds = " ".join(sorted(SUFFIXES))
        raise UnsupportedDocument(f"{shown(uri)} is of no supported kind: convert it to one of {kinds}")
    return loader


def load_document(path: Path, max_document_mb: float) -> LoadedDocument:
    """The document in the file at the absolute `path`, read in this process: for files that are trusted. Raises an
    IngestError that names the file."""
    loader = loader_of(str(path), path.suffix.lower())
    options = LoaderOptions(ReadingLimits(max_document_mb=max_document_mb))
    return loader(RawDocument(str(path), read_file(path, max_document_mb)), options)

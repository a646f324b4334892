"""What is stored of a document besides its chunks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from assistant.vector_store.base import Chunk, Document
from ingest.loaders.base import LoadedDocument
from ingest.outcome import Destination
from ingest.reading.base import RefusedDocument, SourceFile
from ingest.sync import INCOMPLETE


def document_of(loaded: LoadedDocument, source: SourceFile, source_hash: str, chosen: Destination) -> Document:
    """The document; `source_hash` is that of the archive it was read from, if it was."""
    is_source = loaded.uri == source.uri
    return Document(
        loaded.uri,
        loaded.title,
        loaded.content_hash,
        chosen.tags,
        chosen.audience,
        source_uri="" if is_source else source.uri,
        source_hash="" if is_source else source_hash,
        recipe=chosen.recipe,
        synced_from=chosen.synced_from,
    )


def title_of(document: Document, chunks: Sequence[Chunk]) -> str:
    """The document's own, else its first heading of the top, else its file's name."""
    first = chunks[0]
    heading = first.heading_path[0] if first.anchor and first.heading_path else ""
    return document.title or heading or PurePosixPath(document.uri).stem


def hash_of(source: SourceFile, entries: Sequence[LoadedDocument | RefusedDocument]) -> str:
    """The hex SHA-256 of an archive's bytes; INCOMPLETE if one of its documents was refused, or if it is gone
    meanwhile; "" of what is no archive."""
    if all(entry.uri == source.uri for entry in entries):
        return ""
    if any(isinstance(entry, RefusedDocument) for entry in entries):
        return INCOMPLETE
    if source.data is not None:
        return hashlib.sha256(source.data).hexdigest()
    try:
        with Path(str(source.path)).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return INCOMPLETE

"""What a pipeline is given and what it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.vector_store.base import Chunk, Document, KnowledgeSet, VectorStore
from assistant.vector_store.scope import EVERYONE
from ingest.errors import IngestError


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the documents go, and what each of them gets (see Document)."""

    store: VectorStore
    knowledge_set: KnowledgeSet
    tags: tuple[tuple[str, str], ...] = ()
    audience: tuple[str, ...] = (EVERYONE,)
    recipe: str = ""
    synced_from: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: stored as `chunk_count` chunks, of which `new_chunks` were embedded, or refused for
    `error`. `source_uri` is what it was read from: itself, or an archive. `is_unchanged`: all of its chunks were there,
    and no others. `notes`: what was left out."""

    uri: str
    title: str = ""
    chunk_count: int = 0
    error: IngestError | None = None
    notes: tuple[str, ...] = ()
    new_chunks: int = 0
    is_unchanged: bool = False
    source_uri: str = ""

    @property
    def status(self) -> Literal["stored", "unchanged", "refused"]:
        if self.error is not None:
            return "refused"
        return "unchanged" if self.is_unchanged else "stored"


class Progress:
    """Told while the pipeline runs, by its threads; the base does nothing with it."""

    def split(self, chunk_count: int) -> None:
        """So many more chunks are to be embedded."""

    def embedded(self, chunk_count: int) -> None:
        """So many more chunks are embedded, or were before."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that is split; `known` are those of its chunks' keys that the store has vectors of."""

    document: Document
    chunks: tuple[Chunk, ...]
    notes: tuple[str, ...]
    known: frozenset[bytes] = frozenset()

    @property
    def new_chunks(self) -> tuple[Chunk, ...]:
        return tuple(chunk for chunk in self.chunks if chunk.key not in self.known)

    def outcome(self) -> Outcome:
        new = len(self.new_chunks)
        return Outcome(
            self.document.uri,
            self.document.title,
            len(self.chunks),
            notes=self.notes,
            new_chunks=new,
            is_unchanged=not new and len(self.known) == len(self.chunks),
            source_uri=self.document.source_uri or self.document.uri,
        )

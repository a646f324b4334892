"""The port to the store of documents and chunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from assistant.embedding.base import Vectors

DEFAULT_KNOWLEDGE_SET = "default"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document: `heading_path` from the outermost heading inwards, `anchor` of the innermost one ("" if
    none), `token_count` in the embedding model's tokens."""

    text: str
    heading_path: tuple[str, ...]
    anchor: str
    token_count: int


@dataclass(frozen=True, slots=True)
class Document:
    """A document to store. `uri` names it within its knowledge set; `content_hash` is the hex SHA-256 of the source."""

    uri: str
    title: str
    content_hash: str
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as listed: with the number of its chunks and when it was last replaced (timezone-aware)."""

    uri: str
    title: str
    content_hash: str
    tags: tuple[tuple[str, str], ...]
    chunk_count: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class RetrievedChunk:
    """A chunk found by a search. `distance` is the cosine distance to the query, in [0, 2]; smaller is nearer.

    `heading` is the heading path joined with " > ", "" where there is none.
    """

    chunk_id: int
    uri: str
    title: str
    heading: str
    anchor: str
    text: str
    distance: float

    @property
    def subheading(self) -> str:
        """The heading without the document's title, where it begins with it."""
        return "" if self.heading == self.title else self.heading.removeprefix(f"{self.title} > ")


class VectorStore(Protocol):
    """Documents and chunks of every knowledge set. Safe to share between threads.

    A knowledge set belongs to one embedding model: another model's name or dimension raises ConfigurationError, and
    nothing is stored. `replace_document` removes the old chunks of `document.uri` and stores the new ones in one
    transaction: a search sees either all of the old or all of the new. `search` gives the `top_k` nearest chunks,
    nearest first; an unknown knowledge set gives none. `search_many` gives what as many searches would, in the order of
    `embeddings`, row i with `top_ks[i]`, all in one look at the store. `remove_document` tells whether there was one.
    Database trouble raises DatabaseUnavailable.
    """

    def replace_document(
        self,
        knowledge_set: str,
        model_name: str,
        document: Document,
        chunks: Sequence[Chunk],
        embeddings: Vectors,
    ) -> None: ...

    def remove_document(self, knowledge_set: str, uri: str) -> bool: ...

    def documents(self, knowledge_set: str) -> list[StoredDocument]: ...

    def search(self, knowledge_set: str, model_name: str, embedding: Vectors, top_k: int) -> list[RetrievedChunk]: ...

    def search_many(
        self, knowledge_set: str, model_name: str, embeddings: Vectors, top_ks: Sequence[int]
    ) -> list[list[RetrievedChunk]]: ...

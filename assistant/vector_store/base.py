"""The ports to the store of documents and chunks: one to write, one to search."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from assistant.embedding.base import EmbeddingModel, Vectors
from assistant.vector_store.scope import EVERYONE, Scope

IndexPrecision = Literal["float32", "float16"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document: `heading_path` from the outermost heading inwards, `anchor` of the innermost one ("" if
    none), `token_count` in the embedding model's tokens. `context` goes before the text when it is embedded. A question
    with its answer `is_pair`: its text is the question, a line end, and the answer; `shares_answer`: with other pairs
    of the document, from which the answer tells it in nothing apart."""

    text: str
    heading_path: tuple[str, ...]
    anchor: str
    token_count: int
    context: str = ""
    is_pair: bool = False
    shares_answer: bool = False

    @property
    def embedded_texts(self) -> tuple[str, ...]:
        """What is embedded for it; each gets a vector, and the nearest of them counts."""
        if self.is_pair:
            question, _, answer = self.text.partition("\n")
            return (question,) if self.shares_answer else (question, answer)
        return (f"{self.context}\n\n{self.text}" if self.context else self.text,)

    @property
    def key(self) -> bytes:
        """16 bytes: equal for chunks that are the same to whoever reads or embeds them."""
        parts = (str(self.is_pair), str(self.shares_answer), self.anchor, self.text, self.context, *self.heading_path)
        hashed = hashlib.blake2b(digest_size=16)
        for part in parts:
            encoded = part.encode("utf-8", "surrogatepass")
            hashed.update(len(encoded).to_bytes(8, "big") + encoded)
        return hashed.digest()


@dataclass(frozen=True, slots=True)
class Document:
    """A document to store. `uri` names it within its knowledge set; `content_hash` is the hex SHA-256 of its bytes.
    `source_uri` and `source_hash` are those of what it was read from: itself ("" stands for that), or an archive.
    `recipe` says how it was read and split. `synced_from`: the folder or sitemap whose sync it belongs to; "" leaves
    that as it is. Only an asker of one of the `audience` finds it."""

    uri: str
    title: str
    content_hash: str
    tags: tuple[tuple[str, str], ...] = ()
    audience: tuple[str, ...] = (EVERYONE,)
    source_uri: str = ""
    source_hash: str = ""
    recipe: str = ""
    synced_from: str = ""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as listed: with the number of its chunks and when it was last replaced (timezone-aware)."""

    document: Document
    chunk_count: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class EmbeddingSpace:
    """The vectors of a knowledge set by one model, and the precision of their index. The model's prompts are None where
    they were not recorded yet."""

    id: int
    model_name: str
    dimension: int
    query_prompt: str | None
    passage_prompt: str | None
    index_precision: IndexPrecision


@dataclass(frozen=True, slots=True)
class SetOptions:
    """What can be chosen for a knowledge set; None leaves what it has. `text_search` names a PostgreSQL text search
    configuration ("english", "simple")."""

    chunk_tokens: int | None = None
    chunk_overlap: int | None = None
    text_search: str | None = None
    index_precision: IndexPrecision | None = None


@dataclass(frozen=True, slots=True)
class KnowledgeSet:
    """Documents that are searched together, and their live vectors. Chunk sizes are None where the settings' count."""

    id: int
    name: str
    space: EmbeddingSpace
    chunk_tokens: int | None
    chunk_overlap: int | None
    text_search: str


@dataclass(frozen=True, slots=True)
class RetrievedChunk:
    """A passage found by a search: a chunk, or neighbouring ones joined, which are all of `chunk_ids` (`chunk_id` is
    the one that was found best). `distance` is the cosine distance of the nearest of its vectors to the query, in
    [0, 2]; smaller is nearer. `relevance`: higher is better, comparable only within one search. `rerank_distance`, in
    [0, 1]: the reranker's judgement, None where there is none.

    `heading` is the heading path joined with " > ", "" where there is none.
    """

    chunk_id: int
    uri: str
    title: str
    heading: str
    anchor: str
    text: str
    distance: float
    relevance: float = 0.0
    rerank_distance: float | None = None
    chunk_ids: tuple[int, ...] = ()

    @property
    def subheading(self) -> str:
        """The heading without the document's title, where it begins with it."""
        return "" if self.heading == self.title else self.heading.removeprefix(f"{self.title} > ")


class VectorStore(Protocol):
    """Documents and chunks of every knowledge set, for those who write them. Safe to share between threads.

    `open_set` gives the set, made if need be, with the options that are not None; a set of another embedding model,
    dimension or prompts raises ConfigurationError, and nothing is changed. `replace_document` stores a document with
    these chunks in place of what was there under its uri, in one transaction: a search sees either all of the old or
    all of the new. A chunk whose key the document had before stays the same chunk with its id; any other needs its
    `vectors` by key, float32 (number of embedded texts, dimension), or MissingVectors is raised and nothing is stored.
    `known_chunks` gives the keys that each document has vectors of. After `replace_document` and `remove_documents`
    returned, nothing more is said from chunks that are gone. `remove_documents` gives the uris that were there.
    `finish_loading` makes the index of a set that has none and is large enough to want one, and renews what the planner
    and full-text search know of it. Database trouble raises DatabaseUnavailable.
    """

    def find_set(self, name: str) -> KnowledgeSet | None: ...

    def open_set(self, name: str, model: EmbeddingModel, options: SetOptions = ...) -> KnowledgeSet: ...

    def known_chunks(self, knowledge_set: KnowledgeSet, uris: Sequence[str]) -> dict[str, frozenset[bytes]]: ...

    def replace_document(
        self, knowledge_set: KnowledgeSet, document: Document, chunks: Sequence[Chunk], vectors: Mapping[bytes, Vectors]
    ) -> None: ...

    def remove_documents(self, knowledge_set: str, uris: Sequence[str]) -> list[str]: ...

    def documents(self, knowledge_set: str) -> list[StoredDocument]: ...

    def finish_loading(self, knowledge_set: KnowledgeSet) -> None: ...


@dataclass(frozen=True, slots=True)
class Query:
    """A text to search, its vector (float32, (dimension,)), and how many passages are wanted. No text: its words play
    no part."""

    text: str
    embedding: Vectors
    top_k: int


class ChunkSearch(Protocol):
    """Finds passages. Safe to share between threads.

    `search_many` gives for each query, in order, the passages that are found best by the nearest vectors and by full
    text together (`ways`), best first, at most `top_k`, in one look at the store. An unknown knowledge set gives none;
    one of another model or dimension raises ConfigurationError, and so do sets of several models. Without any audience
    nothing is found. Database trouble raises DatabaseUnavailable.
    """

    def search_many(
        self, scope: Scope, model_name: str, queries: Sequence[Query], ways: Ways = ...
    ) -> list[list[RetrievedChunk]]: ...


Ways = Literal["fused", "dense", "full-text"]

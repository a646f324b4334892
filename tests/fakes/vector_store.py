"""A vector store in memory, exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from threading import Lock

from assistant.embedding.base import Vectors
from assistant.vector_store.base import Chunk, Document, RetrievedChunk, StoredDocument
from assistant.vector_store.knowledge_set import KnowledgeSet, check_dimension, check_rows


@dataclass
class _Entry:
    document: Document
    chunks: list[tuple[int, Chunk]]
    embeddings: Vectors
    updated_at: datetime


@dataclass
class _Set:
    identity: KnowledgeSet
    entries: dict[str, _Entry] = field(default_factory=dict)


class FakeVectorStore:
    """A VectorStore that holds everything in dictionaries and compares with every chunk."""

    def __init__(self) -> None:
        self._sets: dict[str, _Set] = {}
        self._ids = count(1)
        self._lock = Lock()

    def replace_document(
        self,
        knowledge_set: str,
        model_name: str,
        document: Document,
        chunks: Sequence[Chunk],
        embeddings: Vectors,
    ) -> None:
        dimension = int(embeddings.shape[1])
        with self._lock:
            chosen = self._sets.get(knowledge_set)
            if chosen is None:
                check_dimension(model_name, dimension)
                identity = KnowledgeSet(len(self._sets) + 1, knowledge_set, model_name, dimension)
                chosen = self._sets[knowledge_set] = _Set(identity)
            chosen.identity.check_model(model_name, dimension)
            numbered = [(next(self._ids), chunk) for chunk in chunks]
            chosen.entries[document.uri] = _Entry(document, numbered, embeddings.copy(), datetime.now(UTC))

    def remove_document(self, knowledge_set: str, uri: str) -> bool:
        with self._lock:
            chosen = self._sets.get(knowledge_set)
            return chosen is not None and chosen.entries.pop(uri, None) is not None

    def documents(self, knowledge_set: str) -> list[StoredDocument]:
        with self._lock:
            chosen = self._sets.get(knowledge_set)
            entries = [] if chosen is None else sorted(chosen.entries.items())
        return [
            StoredDocument(uri, e.document.title, e.document.content_hash, e.document.tags, len(e.chunks), e.updated_at)
            for uri, e in entries
        ]

    def search(self, knowledge_set: str, model_name: str, embedding: Vectors, top_k: int) -> list[RetrievedChunk]:
        with self._lock:
            chosen = self._sets.get(knowledge_set)
            if chosen is None:
                return []
            chosen.identity.check_model(model_name, int(embedding.size))
            found = [hit for entry in chosen.entries.values() for hit in _hits(entry, embedding)]
        return sorted(found, key=lambda hit: (hit.distance, hit.chunk_id))[:top_k]

    def search_many(
        self, knowledge_set: str, model_name: str, embeddings: Vectors, top_ks: Sequence[int]
    ) -> list[list[RetrievedChunk]]:
        check_rows(embeddings, top_ks)
        pairs = zip(embeddings, top_ks, strict=True)
        return [self.search(knowledge_set, model_name, embedding, top_k) for embedding, top_k in pairs]


def _hits(entry: _Entry, embedding: Vectors) -> list[RetrievedChunk]:
    distances = 1 - entry.embeddings @ embedding.reshape(-1)
    return [
        RetrievedChunk(
            chunk_id,
            entry.document.uri,
            entry.document.title,
            " > ".join(chunk.heading_path),
            chunk.anchor,
            chunk.text,
            float(distance),
        )
        for (chunk_id, chunk), distance in zip(entry.chunks, distances, strict=True)
    ]

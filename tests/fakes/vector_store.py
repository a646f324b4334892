"""A vector store in memory, exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from threading import Lock

import numpy as np

from assistant.embedding.base import EmbeddingModel, Vectors
from assistant.errors import ConfigurationError
from assistant.vector_store.base import (
    Chunk,
    Document,
    EmbeddingSpace,
    KnowledgeSet,
    Query,
    RetrievedChunk,
    SetOptions,
    StoredDocument,
    Ways,
)
from assistant.vector_store.document_writer import MissingVectors
from assistant.vector_store.knowledge_set import check_dimension, check_model, check_name
from assistant.vector_store.scope import Scope


@dataclass
class _Stored:
    id: int
    chunk: Chunk
    vectors: Vectors


@dataclass
class _Entry:
    document: Document
    chunks: dict[bytes, _Stored]
    updated_at: datetime


@dataclass
class _Set:
    facts: KnowledgeSet
    entries: dict[str, _Entry] = field(default_factory=dict)


class FakeVectorStore:
    """A VectorStore that holds everything in dictionaries, and a ChunkSearch that compares with every chunk."""

    def __init__(self) -> None:
        self._sets: dict[str, _Set] = {}
        self._ids = count(1)
        self._lock = Lock()

    def find_set(self, name: str) -> KnowledgeSet | None:
        found = self._sets.get(name)
        return found.facts if found else None

    def open_set(self, name: str, model: EmbeddingModel, options: SetOptions | None = None) -> KnowledgeSet:
        options = options or SetOptions()
        check_name(name)
        with self._lock:
            if name not in self._sets:
                precision = options.index_precision or "float32"
                check_dimension(model, precision)
                number = len(self._sets) + 1
                space = EmbeddingSpace(
                    number, model.name, model.dimension, model.query_prompt, model.passage_prompt, precision
                )
                self._sets[name] = _Set(KnowledgeSet(number, name, space, None, None, "english"))
            chosen = self._sets[name]
            check_model(chosen.facts, model)
            chosen.facts = _with(chosen.facts, options)
            return chosen.facts

    def known_chunks(self, knowledge_set: KnowledgeSet, uris: Sequence[str]) -> dict[str, frozenset[bytes]]:
        entries = self._sets[knowledge_set.name].entries
        return {uri: frozenset(entries[uri].chunks if uri in entries else ()) for uri in uris}

    def replace_document(
        self, knowledge_set: KnowledgeSet, document: Document, chunks: Sequence[Chunk], vectors: Mapping[bytes, Vectors]
    ) -> None:
        with self._lock:
            chosen = self._sets[knowledge_set.name]
            before = chosen.entries[document.uri].chunks if document.uri in chosen.entries else {}
            stored = dict(before)
            for chunk in chunks:
                if chunk.key in before:
                    continue
                if chunk.key not in vectors:
                    raise MissingVectors(f"{document.uri}: a chunk has no vectors")
                stored[chunk.key] = _Stored(next(self._ids), chunk, vectors[chunk.key].copy())
            kept = {chunk.key: stored[chunk.key] for chunk in chunks}
            entry = chosen.entries.get(document.uri)
            full = replace(
                document,
                synced_from=document.synced_from or (entry.document.synced_from if entry else ""),
                source_uri=document.source_uri or document.uri,
                source_hash=document.source_hash or document.content_hash,
            )
            chosen.entries[document.uri] = _Entry(full, kept, datetime.now(UTC))

    def remove_documents(self, knowledge_set: str, uris: Sequence[str]) -> list[str]:
        with self._lock:
            entries = self._sets[knowledge_set].entries if knowledge_set in self._sets else {}
            return [uri for uri in dict.fromkeys(uris) if entries.pop(uri, None) is not None]

    def documents(self, knowledge_set: str) -> list[StoredDocument]:
        with self._lock:
            entries = sorted(self._sets[knowledge_set].entries.items()) if knowledge_set in self._sets else []
        return [StoredDocument(entry.document, len(entry.chunks), entry.updated_at) for _, entry in entries]

    def finish_loading(self, knowledge_set: KnowledgeSet) -> None:
        """There is no index to be made."""

    def search_many(
        self, scope: Scope, model_name: str, queries: Sequence[Query], ways: Ways = "fused"
    ) -> list[list[RetrievedChunk]]:
        return [self._search(scope, model_name, query, ways) for query in queries]

    def _search(self, scope: Scope, model_name: str, query: Query, ways: Ways) -> list[RetrievedChunk]:
        with self._lock:
            chosen = [self._sets[name] for name in scope.knowledge_sets if name in self._sets]
            for each in chosen:
                space = each.facts.space
                if (space.model_name, space.dimension) != (model_name, int(query.embedding.size)):
                    raise ConfigurationError(f"EMBEDDING_MODEL is {model_name}, the set's {space.model_name}")
            entries = [entry for each in chosen for entry in each.entries.values() if _is_seen(entry.document, scope)]
            found = [_hit(entry.document, stored, query) for entry in entries for stored in entry.chunks.values()]
        words = set(query.text.lower().split()) if ways != "dense" else set()
        shared = {hit.chunk_id: len(words & set(hit.text.lower().split())) for hit in found}
        if ways == "full-text":
            found = [hit for hit in found if shared[hit.chunk_id]]
            return sorted(found, key=lambda hit: (-shared[hit.chunk_id], hit.chunk_id))[: query.top_k]
        return sorted(found, key=lambda hit: (hit.distance, hit.chunk_id))[: query.top_k]


def _with(facts: KnowledgeSet, options: SetOptions) -> KnowledgeSet:
    precision = options.index_precision or facts.space.index_precision
    return replace(
        facts,
        space=replace(facts.space, index_precision=precision),
        chunk_tokens=facts.chunk_tokens if options.chunk_tokens is None else options.chunk_tokens,
        chunk_overlap=facts.chunk_overlap if options.chunk_overlap is None else options.chunk_overlap,
        text_search=options.text_search or facts.text_search,
    )


def _is_seen(document: Document, scope: Scope) -> bool:
    return bool(set(document.audience) & set(scope.audiences)) and set(scope.tags) <= set(document.tags)


def _hit(document: Document, stored: _Stored, query: Query) -> RetrievedChunk:
    distance = float(np.min(1 - stored.vectors @ query.embedding.reshape(-1)))
    chunk = stored.chunk
    return RetrievedChunk(
        stored.id,
        document.uri,
        document.title,
        " > ".join(chunk.heading_path),
        chunk.anchor,
        chunk.text,
        distance,
        relevance=-distance,
        chunk_ids=(stored.id,),
    )

"""The store of documents and chunks in Postgres with pgvector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg_pool import ConnectionPool

from assistant.embedding.base import EmbeddingModel, Vectors
from assistant.vector_store import document_statements as statements
from assistant.vector_store import set_statements
from assistant.vector_store.base import Chunk, Document, KnowledgeSet, SetOptions, StoredDocument
from assistant.vector_store.connections import vector_connection
from assistant.vector_store.document_writer import DocumentWriter
from assistant.vector_store.full_text import renew_statistics
from assistant.vector_store.knowledge_set import find_set, open_set
from assistant.vector_store.space_index import make_index
from assistant.vector_store.withdrawal import wait_until_sent, withdraw

NO_OPTIONS = SetOptions()


class PgVectorStore:
    """A VectorStore on a pool of connections in autocommit mode, which stays the caller's to close."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def find_set(self, name: str) -> KnowledgeSet | None:
        with vector_connection(self._pool) as connection:
            return find_set(connection, name)

    def open_set(self, name: str, model: EmbeddingModel, options: SetOptions = NO_OPTIONS) -> KnowledgeSet:
        with vector_connection(self._pool) as connection, connection.transaction():
            return open_set(connection, name, model, options)

    def known_chunks(self, knowledge_set: KnowledgeSet, uris: Sequence[str]) -> dict[str, frozenset[bytes]]:
        values = {"set_id": knowledge_set.id, "space_id": knowledge_set.space.id, "uris": list(uris)}
        found: dict[str, set[bytes]] = {uri: set() for uri in uris}
        with vector_connection(self._pool) as connection:
            for uri, key in connection.execute(statements.KNOWN_CHUNKS, values):
                found[uri].add(bytes(key))
        return {uri: frozenset(keys) for uri, keys in found.items()}

    def replace_document(
        self, knowledge_set: KnowledgeSet, document: Document, chunks: Sequence[Chunk], vectors: Mapping[bytes, Vectors]
    ) -> None:
        with vector_connection(self._pool) as connection:
            with connection.transaction():
                gone = DocumentWriter(connection, knowledge_set).replace(document, chunks, vectors)
                claims = withdraw(connection, gone)
            wait_until_sent(connection, claims)

    def remove_documents(self, knowledge_set: str, uris: Sequence[str]) -> list[str]:
        with vector_connection(self._pool) as connection:
            with connection.transaction():
                values = {"name": knowledge_set, "uris": list(uris)}
                found = dict(connection.execute(statements.FIND_DOCUMENTS, values).fetchall())
                documents = {"document_ids": list(found)}
                gone = [row[0] for row in connection.execute(statements.CHUNK_IDS, documents)]
                connection.execute(statements.DELETE_CHUNKS, {"gone": gone})
                connection.execute(statements.DELETE_DOCUMENTS, documents)
                claims = withdraw(connection, gone)
            wait_until_sent(connection, claims)
        removed = set(found.values())
        return [uri for uri in dict.fromkeys(uris) if uri in removed]

    def documents(self, knowledge_set: str) -> list[StoredDocument]:
        with vector_connection(self._pool) as connection:
            rows = connection.execute(statements.LIST_DOCUMENTS, {"name": knowledge_set}).fetchall()
        return [_stored_document(*row) for row in rows]

    def finish_loading(self, knowledge_set: KnowledgeSet) -> None:
        with vector_connection(self._pool) as connection:
            make_index(connection, knowledge_set.space)
            renew_statistics(connection, knowledge_set.id)
            connection.execute(set_statements.ANALYZE)


def _stored_document(
    uri: str,
    title: str,
    content_hash: str,
    tags: dict[str, str],
    audience: list[str],
    *rest: Any,
) -> StoredDocument:
    *facts, updated_at, chunk_count = rest
    document = Document(uri, title, content_hash, tuple(sorted(tags.items())), tuple(audience), *facts)
    return StoredDocument(document, chunk_count, updated_at)

"""Moves knowledge sets to another embedding model, while they are searched and written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg_pool import ConnectionPool

from assistant.embedding.base import EmbeddingModel, Vectors
from assistant.vector_store import reembedding_statements as statements
from assistant.vector_store.base import Chunk, EmbeddingSpace, IndexPrecision, KnowledgeSet
from assistant.vector_store.connections import vector_connection
from assistant.vector_store.document_writer import copy_vectors
from assistant.vector_store.knowledge_set import check_dimension
from assistant.vector_store.space_index import make_index


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with the id that the store knows it by."""

    id: int
    chunk: Chunk


class Reembedding:
    """The space that is to take the place of a knowledge set's live one. What was embedded stays when it is broken off,
    and is found again by `begin`. Raises DatabaseUnavailable."""

    def __init__(self, pool: ConnectionPool, knowledge_set: KnowledgeSet, space: EmbeddingSpace) -> None:
        self._pool = pool
        self._set = knowledge_set
        self._space = space

    @classmethod
    def begin(
        cls, pool: ConnectionPool, knowledge_set: KnowledgeSet, model: EmbeddingModel, precision: IndexPrecision
    ) -> Reembedding:
        """The space that was begun for the same model, or a new one. Raises ConfigurationError."""
        check_dimension(model, precision)
        values = {
            "set_id": knowledge_set.id,
            "model_name": model.name,
            "dimension": model.dimension,
            "query_prompt": model.query_prompt,
            "passage_prompt": model.passage_prompt,
            "index_precision": precision,
        }
        with vector_connection(pool) as connection, connection.transaction():
            connection.execute(statements.LOCK_SET, values)
            connection.execute(statements.DROP_OTHERS, values)
            connection.execute(statements.CREATE_SPACE, values)
            row = connection.execute(statements.FIND_SPACE, values).fetchone()
            assert row is not None  # noqa: S101 - it was made, or found, just now
        return cls(pool, knowledge_set, EmbeddingSpace(*row))

    def chunk_count(self) -> tuple[int, int]:
        """How many chunks the set has, and how many of them are embedded."""
        with vector_connection(self._pool) as connection:
            row = connection.execute(statements.COUNT, self._values()).fetchone()
            return (int(row[0]), int(row[1])) if row else (0, 0)

    def missing(self, limit: int) -> list[StoredChunk]:
        """Chunks that are not embedded yet, by id."""
        with vector_connection(self._pool) as connection:
            rows = connection.execute(statements.MISSING, self._values() | {"limit": limit}).fetchall()
        return [
            StoredChunk(chunk_id, Chunk(text, tuple(heading_path), anchor, *facts))
            for chunk_id, text, heading_path, anchor, *facts in rows
        ]

    def store(self, vectors: Mapping[int, Vectors]) -> None:
        """Store what was embedded, by chunk id, as far as the chunks are still there."""
        with vector_connection(self._pool) as connection, connection.transaction():
            held = connection.execute(statements.HOLD_CHUNKS, self._values() | {"ids": sorted(vectors)})
            copy_vectors(connection, self._space.id, {row[0]: vectors[row[0]] for row in held})

    def make_index(self) -> None:
        """Make the index of the space, if it is large enough to want one."""
        with vector_connection(self._pool) as connection:
            make_index(connection, self._space)

    @staticmethod
    def go_live(pool: ConnectionPool, moves: Sequence[Reembedding]) -> bool:
        """Let all of these take their places at once; False, and nothing done, where chunks came meanwhile."""
        values = {"set_ids": [move._set.id for move in moves], "space_ids": [move._space.id for move in moves]}
        with vector_connection(pool) as connection, connection.transaction():
            connection.execute(statements.LOCK_LIVE, values)
            for move in moves:
                if connection.execute(statements.MISSING, move._values() | {"limit": 1}).fetchone() is not None:
                    return False
            connection.execute(statements.RETIRE, values)
            connection.execute(statements.GO_LIVE, values)
        return True

    def remove_retired(self) -> None:
        """Remove the vectors whose place was taken. Nobody searches them any more: see chunk_search.KNOWN_FOR_S."""
        with vector_connection(self._pool) as connection:
            for (space_id,) in connection.execute(statements.RETIRED, self._values()).fetchall():
                connection.execute(statements.drop_index(space_id))
                while connection.execute(statements.DELETE_SOME, {"space_id": space_id}).rowcount:
                    pass
                connection.execute(statements.DELETE_SPACE, {"space_id": space_id})

    def _values(self) -> dict[str, object]:
        return {"set_id": self._set.id, "space_id": self._space.id}

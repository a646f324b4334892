"""A knowledge set in Postgres for tests of search, with vectors of four dimensions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from psycopg_pool import ConnectionPool

from assistant.embedding.base import EmbeddingModel, Vectors
from assistant.vector_store.base import Chunk, Document, Query, SetOptions
from assistant.vector_store.pgvector import PgVectorStore

MODEL = EmbeddingModel("test-model", 4)


def unit(*values: float) -> Vectors:
    """A vector of length one, filled up with zeros."""
    vector = np.zeros(MODEL.dimension, dtype=np.float32)
    vector[: len(values)] = values
    return vector / np.float32(np.linalg.norm(vector))


def query(text: str, *values: float, top_k: int = 5) -> Query:
    return Query(text, unit(*values), top_k)


def passage(text: str, heading: str = "", tokens: int = 100) -> Chunk:
    """A chunk of its own section; as many tokens as two of them may be joined."""
    return Chunk(text, (heading,) if heading else (), heading, tokens)


def pair(question: str, answer: str) -> Chunk:
    return Chunk(f"{question}\n{answer}", (question,), "", 10, is_pair=True)


class Library:
    """Puts documents into knowledge sets."""

    def __init__(self, pool: ConnectionPool, model: EmbeddingModel = MODEL) -> None:
        self._store = PgVectorStore(pool)
        self._model = model

    def put(
        self,
        uri: str,
        chunks: Sequence[tuple[Chunk, Sequence[Vectors]]],
        *,
        name: str = "default",
        audience: tuple[str, ...] = ("everyone",),
        tags: tuple[tuple[str, str], ...] = (),
        options: SetOptions | None = None,
    ) -> None:
        """Store a document: each chunk with its vectors."""
        chosen = self._store.open_set(name, self._model, options or SetOptions())
        document = Document(uri, uri.removesuffix(".md"), "0" * 64, tags, audience)
        vectors = {chunk.key: np.stack(list(rows)) for chunk, rows in chunks}
        self._store.replace_document(chosen, document, [chunk for chunk, _ in chunks], vectors)

    def remove(self, uri: str, name: str = "default") -> None:
        self._store.remove_documents(name, [uri])

    def finish(self, name: str = "default") -> None:
        """What the end of loading does."""
        chosen = self._store.find_set(name)
        assert chosen is not None
        self._store.finish_loading(chosen)

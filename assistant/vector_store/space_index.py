"""The index of an embedding space: made after its rows, which is many times faster than growing with them."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.sql import Literal

from assistant.vector_store import set_statements as statements
from assistant.vector_store.base import EmbeddingSpace

LEAST_INDEXED = 1_000
"""Vectors; a smaller space is searched as fast without an index, and exactly."""


def make_index(connection: psycopg.Connection[Any], space: EmbeddingSpace) -> None:
    """Make it, unless it is there or the space is small. Writers wait meanwhile, searches go on."""
    name = statements.index_name(space.id)
    values = {"space_id": space.id, "index_name": name.as_string(), "least": LEAST_INDEXED}
    with connection.transaction():
        connection.execute(statements.LOCK_INDEX, values)
        if connection.execute(statements.WANTS_INDEX, values).fetchone() == (True,):
            statement = statements.CREATE_INDEX[space.index_precision]
            dimension, space_id = Literal(space.dimension), Literal(space.id)
            connection.execute(statement.format(index_name=name, dimension=dimension, space_id=space_id))

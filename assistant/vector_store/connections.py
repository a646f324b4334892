"""Connections that know pgvector's types."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from pgvector.psycopg import register_vector
from psycopg_pool import ConnectionPool

from assistant.database import database_errors


@contextmanager
def vector_connection(pool: ConnectionPool) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the pool that knows the vector type; the driver's errors are translated here."""
    with database_errors(), pool.connection() as connection:
        if connection.adapters.types.get("vector") is None:
            register_vector(connection)
        yield connection

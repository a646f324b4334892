"""Connections to Postgres, and its schema."""

from __future__ import annotations

from importlib import resources

import psycopg
from psycopg_pool import ConnectionPool
from yoyo import get_backend, read_migrations

from assistant.errors import DatabaseUnavailable


def migrate(database_url: str) -> None:
    """Bring the schema to this release's version; does nothing where it is. Several processes may call it at once.

    Raises DatabaseUnavailable when Postgres can't be reached or has no pgvector.
    """
    try:
        backend = get_backend(_yoyo_url(database_url))
        with resources.as_file(resources.files("infra") / "migrations") as folder:
            migrations = read_migrations(str(folder))
            with backend.lock():
                backend.apply_migrations(backend.to_apply(migrations))
        backend.connection.close()
    except psycopg.Error as exc:
        raise database_unavailable(exc) from exc


def database_unavailable(exc: psycopg.Error) -> DatabaseUnavailable:
    """The error that tells the operator what is wrong with the database, on one line."""
    reason = " ".join(str(exc).split()) or type(exc).__name__
    if "vector" in reason and "extension" in reason:
        return DatabaseUnavailable(f"Postgres has no pgvector: install it and run CREATE EXTENSION vector ({reason})")
    return DatabaseUnavailable(f"Postgres can't be used; check DATABASE_URL and that the server runs ({reason})")


def open_pool(database_url: str, max_size: int) -> ConnectionPool:
    """A pool of at most `max_size` connections in autocommit mode; its first connection is made before it returns."""
    pool = ConnectionPool(
        database_url,
        min_size=1,
        max_size=max_size,
        open=False,
        kwargs={"autocommit": True, "connect_timeout": 5, "application_name": "llamadesk"},
        timeout=10,
    )
    try:
        pool.open(wait=True, timeout=10)
    except psycopg.Error as exc:
        pool.close()
        raise database_unavailable(exc) from exc
    return pool


def _yoyo_url(database_url: str) -> str:
    """The same database as yoyo names it: its scheme chooses the driver."""
    _, separator, rest = database_url.partition("://")
    if not separator:
        raise DatabaseUnavailable("DATABASE_URL must look like postgresql://user:password@host:5432/name")
    return f"postgresql+psycopg://{rest}"

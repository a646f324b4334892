"""Connections to Postgres, and its schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources

import psycopg
from psycopg_pool import ConnectionPool
from yoyo import get_backend, read_migrations

from assistant.errors import DatabaseUnavailable

_MIGRATION_LOCK = 0x6D696772  # "migr"


def migrate(database_url: str) -> None:
    """Bring the schema to this release's version; does nothing where it is. Several processes may call it at once.

    Raises DatabaseUnavailable when Postgres can't be reached or has no pgvector.
    """
    try:
        backend = get_backend(_yoyo_url(database_url))
        try:
            with resources.as_file(resources.files("infra") / "migrations") as folder, _alone(database_url):
                backend.apply_migrations(backend.to_apply(read_migrations(str(folder))))
        finally:
            backend.connection.close()
    except psycopg.Error as exc:
        raise database_unavailable(exc) from exc


@contextmanager
def _alone(database_url: str) -> Iterator[None]:
    """One process at a time migrates. Unlike yoyo's own lock, a row in a table, this one ends with its holder."""
    with psycopg.connect(database_url, autocommit=True, connect_timeout=5) as connection:
        connection.execute("select pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        yield


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


def storable(text: str) -> str:
    """The text without what Postgres can't hold: NUL characters and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _yoyo_url(database_url: str) -> str:
    """The same database as yoyo names it: its scheme chooses the driver."""
    _, separator, rest = database_url.partition("://")
    if not separator:
        raise DatabaseUnavailable("DATABASE_URL must look like postgresql://user:password@host:5432/name")
    return f"postgresql+psycopg://{rest}"

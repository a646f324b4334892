"""Connections to Postgres, and its schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolTimeout
from yoyo import get_backend, read_migrations

from assistant.errors import DatabaseUnavailable

AsyncPool = AsyncConnectionPool[AsyncConnection]

CONNECT_TIMEOUT_S = 5
_MIGRATION_LOCK = 0x6D696772  # "migr"


def migrate(database_url: str) -> None:
    """Bring the schema to this release's version; does nothing where it is. Several processes may call it at once.

    Raises DatabaseUnavailable when Postgres can't be reached or has no pgvector.
    """
    with database_errors():
        backend = get_backend(_yoyo_url(database_url))
        try:
            with resources.as_file(resources.files("infra") / "migrations") as folder, _alone(database_url):
                backend.apply_migrations(backend.to_apply(read_migrations(str(folder))))
        finally:
            backend.connection.close()


@contextmanager
def _alone(database_url: str) -> Iterator[None]:
    """One process at a time migrates. Unlike yoyo's own lock, a row in a table, this one ends with its holder."""
    with connect(database_url) as connection:
        connection.execute("select pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        yield


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn what psycopg and its pools raise into DatabaseUnavailable, which tells the operator what to do."""
    try:
        yield
    except PoolTimeout as exc:
        raise DatabaseUnavailable("Postgres gives no connection; check DATABASE_URL and that it runs") from exc
    except psycopg.Error as exc:
        raise DatabaseUnavailable(_advice(exc)) from exc


def _advice(exc: psycopg.Error) -> str:
    reason = " ".join(str(exc).split()) or type(exc).__name__
    if "vector" in reason and "extension" in reason:
        return f"Postgres has no pgvector: install it and run CREATE EXTENSION vector ({reason})"
    return f"Postgres can't be used; check DATABASE_URL and that the server runs ({reason})"


def connect(database_url: str) -> psycopg.Connection:
    """One connection in autocommit mode. Raises psycopg.Error."""
    return psycopg.connect(database_url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S)


def open_pool(database_url: str, max_size: int) -> ConnectionPool:
    """A pool of at most `max_size` connections in autocommit mode; its first connection is made before it returns."""
    return _open_pool(database_url, max_size)


def open_reader_pool(database_url: str, max_size: int) -> ConnectionPool:
    """The same for searches: its connections are of the role that row-level security applies to."""
    return _open_pool(database_url, max_size, _become_reader)


def _become_reader(connection: psycopg.Connection) -> None:
    """Its statements name what their plans depend on, and to plan one anew takes as long as to carry it out."""
    connection.execute("set role llamadesk_reader; set plan_cache_mode = force_generic_plan")


def _open_pool(
    database_url: str, max_size: int, configure: Callable[[psycopg.Connection], None] | None = None
) -> ConnectionPool:
    pool = ConnectionPool(
        database_url,
        min_size=1,
        max_size=max_size,
        open=False,
        kwargs=_options("llamadesk"),
        timeout=10,
        configure=configure,
    )
    try:
        with database_errors():
            pool.open(wait=True, timeout=10)
    except DatabaseUnavailable:
        pool.close()
        raise
    return pool


def new_async_pool(database_url: str, max_size: int) -> AsyncPool:
    """The same for an event loop, not opened yet."""
    return AsyncConnectionPool(
        database_url, min_size=1, max_size=max_size, open=False, kwargs=_options("llamadesk-gateway"), timeout=5
    )


def _options(name: str) -> dict[str, object]:
    """A statement is prepared the second time that a connection executes it."""
    return {
        "autocommit": True,
        "connect_timeout": CONNECT_TIMEOUT_S,
        "application_name": name,
        "prepare_threshold": 1,
    }


def storable(text: str) -> str:
    """The text without what Postgres can't hold: NUL characters and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def storable_json(value: object) -> str:
    """The value as JSON, without what Postgres can't hold in its texts."""
    return json.dumps(_storable(value))


def _storable(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(key)): _storable(each) for key, each in value.items()}
    return [_storable(each) for each in value] if isinstance(value, list | tuple) else value


def _yoyo_url(database_url: str) -> str:
    """The same database as yoyo names it: its scheme chooses the driver."""
    _, separator, rest = database_url.partition("://")
    if not separator:
        raise DatabaseUnavailable("DATABASE_URL must look like postgresql://user:password@host:5432/name")
    return f"postgresql+psycopg://{rest}"

"""Real Postgres and Redis for the whole session, a fresh database and a flushed Redis for each test."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from assistant.database import migrate
from assistant.embedded import Part, embedded_stack

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real documents and questions beside the repository; tests that need them skip where they are missing."""
    if not DATA.is_dir():
        pytest.skip(f"no test data at {DATA}")
    return DATA


@pytest.fixture(scope="session")
def _stack_home() -> Iterator[Path]:
    """The home of this test process's own stack: several processes would flush each other's Redis."""
    home = Path(tempfile.mkdtemp(prefix="llamadesk-test-"))
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def _postgres_url(_stack_home: Path) -> Iterator[str]:
    with embedded_stack(_stack_home, [Part.POSTGRES]) as urls:
        with psycopg.connect(urls.database_url, autocommit=True) as connection:
            connection.execute("create database template_llamadesk")
        migrate(urls.database_url.replace("/llamadesk?", "/template_llamadesk?"))
        yield urls.database_url


@pytest.fixture
def database_url(_postgres_url: str) -> Iterator[str]:
    """A migrated, empty database of this test's own."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(_postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {} template template_llamadesk").format(sql.Identifier(name)))
        yield _postgres_url.replace("/llamadesk?", f"/{name}?")
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def _redis_url(_stack_home: Path) -> Iterator[str]:
    with embedded_stack(_stack_home, [Part.REDIS]) as urls:
        yield urls.redis_url


@pytest.fixture
def redis_url(_redis_url: str) -> str:
    """A Redis that holds nothing."""
    import redis

    with redis.Redis.from_url(_redis_url) as client:
        client.flushall()
    return _redis_url

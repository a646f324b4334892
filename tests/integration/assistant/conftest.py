"""The parts of the core on real Postgres and Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from assistant.conversations.deliveries import Deliveries
from assistant.conversations.inbox import Inbox
from assistant.conversations.store import ConversationStore
from assistant.database import AsyncPool, open_pool
from assistant.manners import Manners
from assistant.queue import WakeUpQueue
from tests.fakes.platform import FakePlatform


@pytest.fixture
async def async_pool(database_url: str) -> AsyncIterator[AsyncPool]:
    async with AsyncConnectionPool(database_url, max_size=25, open=False, kwargs={"autocommit": True}) as pool:
        yield pool


@pytest.fixture
def pool(database_url: str) -> Iterator[ConnectionPool]:
    with open_pool(database_url, 10) as pool:
        yield pool


@pytest.fixture
def sql(database_url: str) -> Iterator[psycopg.Connection]:
    """A connection to look at what is stored, and to turn its clocks."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def inbox(async_pool: AsyncPool) -> Inbox:
    return Inbox(async_pool, Manners(), editable=["fake"])


@pytest.fixture
def store(pool: ConnectionPool) -> ConversationStore:
    return ConversationStore(pool, "worker-1")


@pytest.fixture
def deliveries(async_pool: AsyncPool) -> Deliveries:
    return Deliveries(async_pool, "gateway-1")


@pytest.fixture
def queue(redis_url: str) -> Iterator[WakeUpQueue]:
    queue = WakeUpQueue(redis_url)
    yield queue
    queue.close()


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()

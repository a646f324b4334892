"""The sweeper: whatever was lost on the way to a worker is woken again, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest
from redis import Redis

from assistant.conversations.erasure import Erasure
from assistant.conversations.handoffs import UNATTENDED, Handoffs
from assistant.conversations.inbox import Inbox
from assistant.conversations.notices import Notices
from assistant.conversations.store import ConversationStore
from assistant.database import AsyncPool
from assistant.errors import QueueUnavailable
from assistant.gateway import Gateway
from assistant.manners import Manners
from assistant.queue import WakeUpQueue
from assistant.sweeper import Sweeper
from tests.fakes.platform import FakePlatform


@asynccontextmanager
async def hanging_server() -> AsyncIterator[int]:
    """Takes connections, and never says a word; gives its port."""
    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    for writer in writers:
        writer.transport.abort()


def sweeper_of(pool: AsyncPool, queue: WakeUpQueue) -> Sweeper:
    handoffs = Handoffs(pool, Manners(), UNATTENDED)
    return Sweeper(pool, queue, Notices(pool, Manners()), handoffs, Erasure(pool, keep_days=0))


@pytest.fixture
def sweeper(async_pool: AsyncPool, queue: WakeUpQueue) -> Sweeper:
    return sweeper_of(async_pool, queue)


async def ask(inbox: Inbox, platform: FakePlatform, thread: str = "") -> int:
    accepted = await inbox.accept(platform.message("hello", mention=True, thread=thread))
    assert accepted.message_id is not None
    return accepted.message_id


def let_time_pass(sql: psycopg.Connection, seconds: int = 60) -> None:
    """As if everything had been stored that much earlier."""
    shift = f"- interval '{seconds} seconds'"
    sql.execute(f"update messages set received_at = received_at {shift}, due_at = due_at {shift}")  # noqa: S608
    sql.execute(f"update conversations set lease_until = lease_until {shift}")  # noqa: S608


async def test_message_stored_while_redis_was_down_is_woken_later(
    database_url: str, sweeper: Sweeper, queue: WakeUpQueue, sql: psycopg.Connection, platform: FakePlatform
) -> None:
    """The gateway takes it all the same, and acknowledges it."""
    gateway = Gateway(database_url, WakeUpQueue("redis://127.0.0.1:1/0"), {"fake": platform}, Manners())
    async with gateway.running():
        message = platform.message("hello", mention=True)
        await platform.people_say(message)
        assert platform.acknowledged == {message.address.message_id}
    let_time_pass(sql)
    assert queue.length() == 0
    assert await sweeper.sweep() == 1
    assert queue.length() == 1


async def test_redis_that_hangs_does_not_hold_up_the_acknowledgement(
    database_url: str, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """Slack waits 3 s at most, and a server that takes connections and says nothing would take more."""
    async with hanging_server() as port:
        gateway = Gateway(database_url, WakeUpQueue(f"redis://127.0.0.1:{port}/0"), {"fake": platform}, Manners())
        async with gateway.running():
            async with asyncio.timeout(2.5):
                await platform.people_say(platform.message("hello", mention=True))
    assert sql.execute("select state from messages").fetchall() == [("pending",)]


async def test_fresh_message_is_left_to_its_own_wake_up(inbox: Inbox, platform: FakePlatform, sweeper: Sweeper) -> None:
    """Otherwise each message would be woken twice."""
    await ask(inbox, platform)
    assert await sweeper.sweep() == 0


async def test_conversation_under_a_live_lease_is_let_be(
    inbox: Inbox, platform: FakePlatform, sweeper: Sweeper, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """Its holder takes all that waits; once the lease has run out somebody else must."""
    message_id = await ask(inbox, platform)
    let_time_pass(sql)
    assert store.take(message_id) is not None
    assert await sweeper.sweep() == 0
    let_time_pass(sql)
    assert await sweeper.sweep() == 1


async def test_only_the_oldest_of_a_conversation_is_woken(
    inbox: Inbox, platform: FakePlatform, sweeper: Sweeper, sql: psycopg.Connection
) -> None:
    """The others are taken with it."""
    root = platform.message("one", mention=True)
    await inbox.accept(root)
    for _ in range(3):
        await ask(inbox, platform, root.address.thread)
    await ask(inbox, platform)
    let_time_pass(sql)
    assert await sweeper.sweep() == 2


async def test_postponed_message_holds_its_conversation_until_it_is_due(
    inbox: Inbox, platform: FakePlatform, sweeper: Sweeper, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """A later message that is due does not overtake it."""
    root = platform.message("one", mention=True)
    first = (await inbox.accept(root)).message_id
    assert first is not None
    await ask(inbox, platform, root.address.thread)
    work = store.take(first)
    assert work is not None
    store.postpone(work, 3600, "x")
    let_time_pass(sql)
    assert await sweeper.sweep() == 0
    let_time_pass(sql, 7200)
    assert await sweeper.sweep() == 1


async def test_answered_and_overheard_messages_are_never_woken(
    inbox: Inbox, platform: FakePlatform, sweeper: Sweeper, sql: psycopg.Connection
) -> None:
    """Only what waits for an answer."""
    for _ in range(3):
        await ask(inbox, platform)
    sql.execute("update messages set state = (array['answered', 'overheard', 'dead'])[id]")
    let_time_pass(sql)
    assert await sweeper.sweep() == 0


async def test_sweeping_again_and_again_does_not_swell_the_queue(
    inbox: Inbox, platform: FakePlatform, sweeper: Sweeper, queue: WakeUpQueue, sql: psycopg.Connection
) -> None:
    """While no worker takes them the wake-ups that are there suffice, however long that lasts."""
    for _ in range(5):
        await ask(inbox, platform)
    let_time_pass(sql)
    counts = [await sweeper.sweep() for _ in range(10)]
    assert counts == [5] + [0] * 9
    assert queue.length() == 5


async def test_emptied_redis_is_filled_again(
    inbox: Inbox, platform: FakePlatform, sweeper: Sweeper, redis_url: str, sql: psycopg.Connection
) -> None:
    """FLUSHALL costs a sweep's time, and no message."""
    for _ in range(3):
        await ask(inbox, platform)
    let_time_pass(sql)
    await sweeper.sweep()
    with Redis.from_url(redis_url) as client:
        client.flushall()
    assert await sweeper.sweep() == 3
    assert await sweeper.sweep() == 0


async def test_redis_away_is_told(
    inbox: Inbox, platform: FakePlatform, async_pool: AsyncPool, sql: psycopg.Connection
) -> None:
    """The sweeper's loop logs it and goes on."""
    await ask(inbox, platform)
    let_time_pass(sql)
    with pytest.raises(QueueUnavailable, match="REDIS_URL"):
        await sweeper_of(async_pool, WakeUpQueue("redis://127.0.0.1:1/0")).sweep()

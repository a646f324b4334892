"""Order and retries on the way to `on_event`."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

import pytest

from adapters.base import ButtonPress, DeletedMessage, IncomingEvent, IncomingMessage, ReplyAddress
from adapters.inbox import Inbox


def message(number: int, thread: str = "T1") -> IncomingMessage:
    address = ReplyAddress("slow chat", "G1", "C1", thread, f"M{number}")
    return IncomingMessage(address, "U1", "Alice", f"secret text {number}", datetime(2025, 1, 1, tzinfo=UTC))


class Store:
    """An `on_event` that fails for the first `failures` calls, and can be held."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.tried: list[str] = []
        self.stored: list[str] = []
        self.third_came = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, incoming: IncomingEvent) -> None:
        assert not isinstance(incoming, ButtonPress)
        is_deletion = isinstance(incoming, DeletedMessage)
        name = f"{incoming.event_key.rpartition(':')[2]}{' deleted' * is_deletion}"
        self.tried.append(name)
        if name == "M3":
            self.third_came.set()
        await self.open.wait()
        if self.failures > 0:
            self.failures -= 1
            raise ConnectionError("the database is away")
        self.stored.append(name)


async def test_message_that_failed_is_tried_again_before_the_next_one() -> None:
    """A short outage of the store neither loses a message nor changes the order of the conversation."""
    store = Store(failures=2)
    inbox = Inbox(store, (0, 0))
    inbox.put(message(1))
    inbox.put(message(2))
    await inbox.close()
    assert store.tried == ["M1", "M1", "M1", "M2"]
    assert store.stored == ["M1", "M2"]


async def test_message_is_given_up_after_the_last_retry(caplog: pytest.LogCaptureFixture) -> None:
    """The error names the message by its ids, and never holds its text; the next message gets through."""
    store = Store(failures=3)
    inbox = Inbox(store, (0, 0))
    inbox.put(message(1))
    inbox.put(message(2))
    await inbox.close()
    assert store.stored == ["M2"]
    [lost] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert lost.__dict__["action"] == "message_lost"
    assert lost.__dict__["event_key"] == "slow chat:G1:C1:M1"
    assert "secret text" not in repr([record.__dict__ for record in caplog.records])


async def test_one_conversation_does_not_wait_for_another() -> None:
    """A held message stops its own conversation only."""
    store = Store()
    store.open.clear()
    inbox = Inbox(store, ())
    for number, thread in ((1, "T1"), (2, "T1"), (3, "T2")):
        inbox.put(message(number, thread))
    await asyncio.wait_for(store.third_came.wait(), timeout=10)
    assert store.tried == ["M1", "M3"]
    store.open.set()
    await inbox.close()
    assert sorted(store.stored) == ["M1", "M2", "M3"]


async def test_close_ends_what_does_not_end_by_itself() -> None:
    """A store that hangs cannot keep the process from shutting down."""
    store = Store()
    store.open.clear()
    inbox = Inbox(store, (), drain_timeout_s=0.01)
    inbox.put(message(1))
    await asyncio.wait_for(inbox.close(), timeout=10)
    assert store.stored == []


async def test_deletion_follows_the_message_that_waits() -> None:
    """Else the message would be stored, and answered, after it was taken away."""
    store = Store(failures=1)
    inbox = Inbox(store, (0, 0))
    inbox.put(message(1))
    inbox.put(message(2))
    inbox.put(DeletedMessage("slow chat", "G1", "C1", "M2"))
    await inbox.close()
    assert store.tried == ["M1", "M1", "M2", "M2 deleted"]


async def test_deletion_of_an_old_message_is_tried_again_too() -> None:
    """It waits for nothing, and a store that was away gets it later."""
    store = Store(failures=1)
    inbox = Inbox(store, (0, 0))
    inbox.put(DeletedMessage("slow chat", "G1", "C1", "M9"))
    await inbox.close()
    assert store.stored == ["M9 deleted"]

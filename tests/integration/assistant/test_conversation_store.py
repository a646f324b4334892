"""Conversations under leases: one holder at a time, messages in order, nothing written by a holder that lost."""

from __future__ import annotations

import asyncio
import threading

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from adapters.base import IncomingMessage, Source
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Answer, Lease, LeaseLost, Trace
from assistant.conversations.store import ConversationStore
from assistant.leases import LeaseRenewer
from assistant.presence import Presence
from tests.fakes.platform import FakePlatform


def said(text: str) -> Answer:
    return Answer(text, "answered", (Source(1, "Returns"),), Trace(prompt="p\0", chunks=({"uri": "a.md"},)))


async def put(inbox: Inbox, message: IncomingMessage) -> int:
    accepted = await inbox.accept(message)
    assert accepted.message_id is not None
    return accepted.message_id


async def ask(inbox: Inbox, platform: FakePlatform, text: str = "hello", thread: str = "") -> int:
    return await put(inbox, platform.message(text, mention=True, thread=thread))


def leased(store: ConversationStore, message_id: int) -> Lease:
    lease = store.lease(message_id)
    assert lease is not None
    return lease


def let_leases_run_out(sql: psycopg.Connection) -> None:
    sql.execute("update conversations set lease_until = now() - interval '1 second' where lease_until is not null")


async def test_lease_is_exclusive(inbox: Inbox, platform: FakePlatform, pool: ConnectionPool) -> None:
    """Of ten workers at once, one gets the conversation."""
    message_id = await ask(inbox, platform)
    stores = [ConversationStore(pool, f"worker-{number}") for number in range(10)]
    leases = await asyncio.gather(*(asyncio.to_thread(store.lease, message_id) for store in stores))
    assert len([lease for lease in leases if lease is not None]) == 1


async def test_conversations_are_leased_apart(inbox: Inbox, platform: FakePlatform, store: ConversationStore) -> None:
    """One does not wait for another."""
    first, second = await ask(inbox, platform), await ask(inbox, platform)
    assert leased(store, first).conversation_id != leased(store, second).conversation_id


async def test_answered_message_gives_no_lease(inbox: Inbox, platform: FakePlatform, store: ConversationStore) -> None:
    """A wake-up too many does nothing, nor does one for a message that never was."""
    message_id = await ask(inbox, platform)
    lease = leased(store, message_id)
    store.reply(lease, message_id, said("hi"))
    assert store.release(lease)
    assert store.lease(message_id) is None
    assert store.lease(999_999) is None


async def test_lease_that_ran_out_is_taken_over_and_its_holder_shut_out(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """The fence refuses whatever the old holder still wants to write; the new one's answer is the only one."""
    message_id = await ask(inbox, platform)
    old = leased(store, message_id)
    let_leases_run_out(sql)
    new = leased(store, message_id)
    assert new.fence == old.fence + 1
    with pytest.raises(LeaseLost):
        store.reply(old, message_id, said("from the dead"))
    with pytest.raises(LeaseLost):
        store.postpone(old, message_id, 0, "x")
    assert not store.release(old, force=True)
    store.renew([old])
    store.reply(new, message_id, said("hi"))
    assert sql.execute("select text from replies").fetchall() == [("hi",)]
    assert sql.execute("select count(*) from deliveries").fetchone() == (1,)


async def test_renewed_lease_holds(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """Renewal also revives a lease that ran out, as long as nobody took it."""
    message_id = await ask(inbox, platform)
    lease = leased(store, message_id)
    let_leases_run_out(sql)
    store.renew([lease])
    assert store.lease(message_id) is None


async def test_lease_is_kept_while_something_is_due(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore
) -> None:
    """A message that was stored meanwhile is taken by the same holder: its own wake-up found the lease held."""
    message_id = await ask(inbox, platform)
    lease = leased(store, message_id)
    assert not store.release(lease)
    assert store.lease(message_id) is None
    store.reply(lease, message_id, said("hi"))
    assert store.release(lease)


async def test_forced_release_gives_it_back_whatever_is_due(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore
) -> None:
    """A worker that stops leaves its messages to others at once."""
    message_id = await ask(inbox, platform)
    assert store.release(leased(store, message_id), force=True)
    assert store.lease(message_id) is not None


async def test_messages_come_in_the_order_of_storing(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore
) -> None:
    """Whichever of them woke the worker."""
    root = platform.message("one", mention=True)
    first = await put(inbox, root)
    second = await put(inbox, platform.message("two", thread=root.address.thread))
    lease = leased(store, second)
    texts = []
    while message := store.next_message(lease):
        texts.append(message.text)
        store.reply(lease, message.id, said("ok"))
    assert texts == ["one", "two"]
    assert first < second


async def test_postponed_message_keeps_its_turn(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """A later message waits for it, and the lease goes back until it is due again."""
    root = platform.message("one", mention=True)
    first = await put(inbox, root)
    await put(inbox, platform.message("two", thread=root.address.thread))
    lease = leased(store, first)
    store.postpone(lease, first, 3600, "ModelOverloaded")
    message = store.next_message(lease)
    assert message is not None
    assert (message.text, message.attempts, message.is_due) == ("one", 1, False)
    assert store.release(lease)
    sql.execute("update messages set due_at = now() where id = %s", [first])
    again = store.next_message(leased(store, first))
    assert again is not None
    assert (again.text, again.is_due) == ("one", True)


async def test_history_holds_turns_with_their_replies_oldest_first(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore
) -> None:
    """The last ones only, and what was merely overheard too."""
    root = platform.message("one", mention=True)
    thread = root.address.thread
    first = await put(inbox, root)
    lease = leased(store, first)
    store.reply(lease, first, said("re one"))
    await put(inbox, platform.message("aside", thread=thread, mention_other=True, author="U2"))
    last = await put(inbox, platform.message("three", thread=thread))
    assert [(turn.author_name, turn.text, turn.reply) for turn in store.history(lease, last, 20)] == [
        ("Person U1", "one", "re one"),
        ("Person U2", "aside", ""),
    ]
    assert [turn.text for turn in store.history(lease, last, 1)] == ["aside"]
    assert store.history(lease, first, 20) == []


async def test_second_reply_to_a_message_is_not_stored(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """Answering twice is impossible, by whatever mistake."""
    message_id = await ask(inbox, platform)
    lease = leased(store, message_id)
    store.reply(lease, message_id, said("first"))
    store.reply(lease, message_id, said("second"))
    assert sql.execute("select text from replies").fetchall() == [("first",)]


async def test_reply_is_stored_with_delivery_and_trace(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """One transaction: all of it, without what Postgres can't hold."""
    message_id = await ask(inbox, platform)
    store.reply(leased(store, message_id), message_id, said("h\0i \ud800"))
    row = sql.execute(
        "select r.text, t.prompt, t.chunks, d.platform, d.workspace, d.state, m.state from replies r"
        " join traces t on t.reply_id = r.id join deliveries d on d.reply_id = r.id"
        " join messages m on m.id = r.message_id"
    ).fetchone()
    assert row == ("hi ?", "p", [{"uri": "a.md"}], "fake", "W1", "pending", "answered")


async def test_renewer_keeps_a_taken_over_conversation_of_its_own_process(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection, database_url: str
) -> None:
    """When one thread lost a conversation to another thread, its end does not end the other's renewal."""
    message_id = await ask(inbox, platform)
    renewer = LeaseRenewer(store, Presence(database_url))
    old = leased(store, message_id)
    let_leases_run_out(sql)
    new = leased(store, message_id)
    both, leave = threading.Event(), threading.Event()

    def hold_new() -> None:
        with renewer.holding(new):
            both.set()
            leave.wait(10)

    thread = threading.Thread(target=hold_new)
    with renewer.holding(old):
        thread.start()
        assert both.wait(10)
    assert list(renewer._held.values()) == [new]
    leave.set()
    thread.join()
    assert renewer._held == {}

"""Conversations under leases: one holder at a time, messages in order, nothing written by a holder that lost."""

from __future__ import annotations

import asyncio
import threading

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from adapters.base import IncomingMessage, ReplyAddress, Source
from assistant.conversations.handoffs import Agents
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Answer, LeaseLost, Trace, Work
from assistant.conversations.store import ConversationStore
from assistant.leases import LeaseRenewer
from assistant.presence import Live, LiveLock
from tests.fakes.platform import FakePlatform


def said(text: str) -> Answer:
    return Answer(text, "answered", (Source(1, "Returns"),), Trace(prompt="p\0", chunks=({"uri": "a.md"},)))


async def put(inbox: Inbox, message: IncomingMessage) -> int:
    accepted = await inbox.accept(message)
    assert accepted.message_id is not None
    return accepted.message_id


async def ask(inbox: Inbox, platform: FakePlatform, text: str = "hello", thread: str = "") -> int:
    return await put(inbox, platform.message(text, mention=True, thread=thread))


def taken(store: ConversationStore, message_id: int) -> Work:
    work = store.take(message_id)
    assert work is not None
    return work


def texts(work: Work | None) -> list[str]:
    assert work is not None
    return [message.text for message in work.messages]


def let_leases_run_out(sql: psycopg.Connection) -> None:
    sql.execute("update conversations set lease_until = now() - interval '1 second' where lease_until is not null")


async def test_lease_is_exclusive(inbox: Inbox, platform: FakePlatform, pool: ConnectionPool) -> None:
    """Of ten workers at once, one gets the conversation."""
    message_id = await ask(inbox, platform)
    stores = [ConversationStore(pool, f"worker-{number}") for number in range(10)]
    works = await asyncio.gather(*(asyncio.to_thread(store.take, message_id) for store in stores))
    assert len([work for work in works if work is not None]) == 1


async def test_conversations_are_leased_apart(inbox: Inbox, platform: FakePlatform, store: ConversationStore) -> None:
    """One does not wait for another."""
    first, second = await ask(inbox, platform), await ask(inbox, platform)
    assert taken(store, first).lease.conversation_id != taken(store, second).lease.conversation_id


async def test_answered_message_gives_no_lease(inbox: Inbox, platform: FakePlatform, store: ConversationStore) -> None:
    """A wake-up too many does nothing, nor does one for a message that never was."""
    message_id = await ask(inbox, platform)
    assert store.reply(taken(store, message_id), said("hi")) is None
    assert store.take(message_id) is None
    assert store.take(999_999) is None


async def test_lease_that_ran_out_is_taken_over_and_its_holder_shut_out(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """The fence refuses whatever the old holder still wants to write; the new one's answer is the only one."""
    message_id = await ask(inbox, platform)
    old = taken(store, message_id)
    let_leases_run_out(sql)
    new = taken(store, message_id)
    assert new.lease.fence == old.lease.fence + 1
    with pytest.raises(LeaseLost):
        store.reply(old, said("from the dead"))
    with pytest.raises(LeaseLost):
        store.postpone(old, 0, "x")
    store.release([old.lease])
    store.renew([old.lease])
    store.reply(new, said("hi"))
    assert sql.execute("select text from replies").fetchall() == [("hi",)]
    assert sql.execute("select count(*) from deliveries").fetchone() == (1,)


async def test_renewed_lease_holds(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """Renewal also revives a lease that ran out, as long as nobody took it."""
    message_id = await ask(inbox, platform)
    work = taken(store, message_id)
    let_leases_run_out(sql)
    store.renew([work.lease])
    assert store.take(message_id) is None


async def test_renewal_does_not_revive_what_was_given_back(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore
) -> None:
    """A renewal that was under way when the turn ended must not lock the next one out."""
    work = taken(store, await ask(inbox, platform))
    store.postpone(work, 0, "x")
    store.renew([work.lease])
    assert texts(store.take(work.messages[0].id)) == ["hello"]


async def test_lease_is_kept_while_something_is_due(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore
) -> None:
    """A message that was stored meanwhile is taken by the same holder: its own wake-up found the lease held."""
    root = platform.message("one", mention=True)
    work = taken(store, await put(inbox, root))
    second = await put(inbox, platform.message("two", thread=root.address.thread))
    assert store.take(second) is None
    following = store.reply(work, said("re one"))
    assert texts(following) == ["two"]
    assert following is not None
    assert [(turn.text, turn.reply) for turn in following.history] == [("one", "re one")]
    assert store.take(second) is None
    assert store.reply(following, said("re two")) is None


async def test_release_gives_the_turn_to_others_and_voids_the_lease(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore
) -> None:
    """A worker that stops leaves its messages to others at once; what it had in hand can't be written any more."""
    work = taken(store, await ask(inbox, platform))
    store.release([work.lease])
    with pytest.raises(LeaseLost):
        store.reply(work, said("late"))
    assert texts(store.take(work.messages[0].id)) == ["hello"]


async def test_messages_come_in_the_order_of_storing(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore
) -> None:
    """Whichever of them woke the worker."""
    root = platform.message("one", mention=True)
    await put(inbox, root)
    second = await put(inbox, platform.message("two", thread=root.address.thread))
    work: Work | None = taken(store, second)
    order = []
    while work is not None:
        order += texts(work)
        work = store.reply(work, said("ok"))
    assert order == ["one", "two"]


async def test_postponed_message_keeps_its_turn(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """A later message waits for it, and the lease goes back until it is due again."""
    root = platform.message("one", mention=True)
    first = await put(inbox, root)
    second = await put(inbox, platform.message("two", thread=root.address.thread))
    store.postpone(taken(store, first), 3600, "ModelOverloaded")
    assert sql.execute("select lease_until from conversations").fetchone() == (None,)
    assert store.take(second) is None
    sql.execute("update messages set due_at = now() where id = %s", [first])
    again = taken(store, second)
    assert [(message.text, message.attempts) for message in again.messages] == [("one", 1)]


async def test_quick_addition_joins_the_turn_that_has_not_started(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """One reply for both; a question of its own, or another person's, is answered by itself, and both are history."""
    root = platform.message("one?", mention=True)
    thread = root.address.thread
    first = await put(inbox, root)
    for text, author in (("also two?", "U1"), ("three?", "U1"), ("also four?", "U2")):
        await put(inbox, platform.message(text, thread=thread, author=author))
    work = taken(store, first)
    assert work.question.text == "one?\nalso two?"
    following = store.reply(work, said("re one and two"))
    assert texts(following) == ["three?"]
    assert following is not None
    last = store.reply(following, said("re three"))
    assert texts(last) == ["also four?"]
    assert last is not None
    store.reply(last, said("re four"))
    assert sql.execute("select count(*) from deliveries").fetchone() == (3,)
    after = taken(store, await put(inbox, platform.message("five?", thread=thread)))
    assert [(turn.text, turn.reply) for turn in after.history] == [
        ("one?\nalso two?", "re one and two"),
        ("three?", "re three"),
        ("also four?", "re four"),
    ]


async def test_history_holds_turns_with_their_replies_oldest_first(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore
) -> None:
    """What was merely overheard too."""
    root = platform.message("one", mention=True)
    thread = root.address.thread
    first = taken(store, await put(inbox, root))
    assert first.history == ()
    store.reply(first, said("re one"))
    await put(inbox, platform.message("aside", thread=thread, mention_other=True, author="U2"))
    last = taken(store, await put(inbox, platform.message("three", thread=thread)))
    assert [(turn.author_name, turn.text, turn.reply) for turn in last.history] == [
        ("Person U1", "one", "re one"),
        ("Person U2", "aside", ""),
    ]


async def test_second_reply_to_a_message_is_not_stored(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """Answering twice is impossible, by whatever mistake."""
    work = taken(store, await ask(inbox, platform))
    store.reply(work, said("first"))
    with pytest.raises(LeaseLost):
        store.reply(work, said("second"))
    assert sql.execute("select text from replies").fetchall() == [("first",)]


async def test_reply_is_stored_with_delivery_and_trace(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """One transaction: all of it, without what Postgres can't hold."""
    store.reply(taken(store, await ask(inbox, platform)), said("h\0i \ud800"))
    row = sql.execute(
        "select r.text, t.prompt, t.chunks, d.text, d.platform, d.workspace, d.state, m.state from replies r"
        " join traces t on t.reply_id = r.id join deliveries d on d.message_id = r.message_id"
        " join messages m on m.id = r.message_id"
    ).fetchone()
    assert row == ("hi ?", "p", [{"uri": "a.md"}], "hi ?", "fake", "W1", "pending", "answered")


async def test_dead_message_is_told_to_the_human_agents(
    inbox: Inbox, platform: FakePlatform, pool: ConnectionPool, sql: psycopg.Connection
) -> None:
    """With its id, and without the customer's words; an answered one is not."""
    desk = ReplyAddress("fake", "", "C9", thread="", message_id="0", is_direct=True)
    store = ConversationStore(pool, "worker-1", Agents(desk))
    store.reply(taken(store, await ask(inbox, platform)), said("hi"))
    message_id = await ask(inbox, platform, "my secret")
    store.reply(taken(store, message_id), Answer("sorry", "failed", (), Trace(error="ModelUnavailable"), is_dead=True))
    told = sql.execute("select text, reply_address from deliveries where message_id is null").fetchall()
    assert [(ReplyAddress(**address), str(message_id) in text, "secret" in text) for text, address in told] == [
        (desk, True, False)
    ]
    row = sql.execute("select state, last_error from messages where id = %s", [message_id]).fetchone()
    assert row == ("dead", "ModelUnavailable")


async def test_renewer_keeps_a_taken_over_conversation_of_its_own_process(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection, database_url: str
) -> None:
    """When one thread lost a conversation to another thread, its end does not end the other's renewal."""
    message_id = await ask(inbox, platform)
    renewer = LeaseRenewer(store, LiveLock(database_url, Live.WORKER))
    old = taken(store, message_id).lease
    let_leases_run_out(sql)
    new = taken(store, message_id).lease
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


async def test_worker_that_gives_up_hands_its_conversations_back(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, database_url: str
) -> None:
    """Another one need not wait until the leases run out."""
    work = taken(store, await ask(inbox, platform))
    renewer = LeaseRenewer(store, LiveLock(database_url, Live.WORKER))
    with renewer.holding(work.lease):
        renewer.hand_back()
    assert texts(store.take(work.messages[0].id)) == ["hello"]

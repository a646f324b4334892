"""The inbox: each post is stored once, and only what belongs to the assistant's conversations."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Accepted
from assistant.errors import DatabaseUnavailable
from assistant.manners import Manners
from tests.fakes.platform import FakePlatform


def stored(sql: psycopg.Connection) -> list[tuple[str, str]]:
    return sql.execute("select text, state from messages order by id").fetchall()


async def test_twenty_twins_at_once_are_stored_once(
    inbox: Inbox, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """However many events the platform makes of a post, one of them wins, and the others do no harm."""
    message = platform.message("hello", mention=True)
    twins = [message, replace(message, mentions_assistant=True)] * 10
    accepted = await asyncio.gather(*(inbox.accept(twin) for twin in twins))
    assert len([one for one in accepted if one.message_id is not None]) == 1
    assert stored(sql) == [("hello", "pending")]


async def test_overheard_talk_is_not_stored(inbox: Inbox, platform: FakePlatform, sql: psycopg.Connection) -> None:
    """What people say among themselves stays with them."""
    assert await inbox.accept(platform.message("lunch?")) == Accepted(None)
    assert stored(sql) == []
    assert sql.execute("select count(*) from conversations").fetchone() == (0,)


async def test_follow_up_in_our_thread_waits_for_an_answer(
    inbox: Inbox, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """No new mention is needed, by the same person or another."""
    root = platform.message("hello", mention=True)
    await inbox.accept(root)
    for author in ("U1", "U2"):
        follow_up = platform.message(f"and? {author}", thread=root.address.thread, author=author)
        assert (await inbox.accept(follow_up)).is_pending
    assert stored(sql) == [("hello", "pending"), ("and? U1", "pending"), ("and? U2", "pending")]


async def test_same_thread_id_elsewhere_is_not_ours(
    inbox: Inbox, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """A thread is known by platform, workspace, channel and id together."""
    root = platform.message("hello", mention=True)
    await inbox.accept(root)
    here = platform.message("psst", thread=root.address.thread).address
    for there in (replace(here, channel="C2"), replace(here, workspace="W2"), replace(here, platform="other")):
        accepted = await inbox.accept(replace(platform.message("psst"), address=there))
        assert accepted.message_id is None
    assert stored(sql) == [("hello", "pending")]


async def test_word_to_somebody_else_in_our_thread_is_overheard(
    inbox: Inbox, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """It is history for the next answer, but waits for none."""
    root = platform.message("hello", mention=True)
    await inbox.accept(root)
    aside = platform.message("Bob, look", thread=root.address.thread, mention_other=True)
    accepted = await inbox.accept(aside)
    assert accepted.message_id is not None
    assert not accepted.is_pending
    assert stored(sql)[1] == ("Bob, look", "overheard")


async def test_naming_both_speaks_to_the_assistant(
    inbox: Inbox, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """Whoever addresses the assistant gets something, whoever else is named."""
    await inbox.accept(platform.message("you two", mention=True, mention_other=True))
    assert stored(sql) == [("you two", "pending")]


async def test_direct_message_needs_no_mention(inbox: Inbox, platform: FakePlatform, sql: psycopg.Connection) -> None:
    """There is nobody else to speak to."""
    assert (await inbox.accept(platform.message("hello", direct=True))).is_pending


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\0b", "ab"),
        ("\0", ""),
        ("half \ud83d pair", "half ? pair"),
        ("\udc80", "?"),
        ("'; drop table messages; --", "'; drop table messages; --"),
        ("%s %(text)s {} \\", "%s %(text)s {} \\"),
        ("👩‍👩‍👧 e\u0301 שלום", "👩‍👩‍👧 e\u0301 שלום"),
    ],
)
async def test_any_text_is_stored(
    inbox: Inbox, platform: FakePlatform, sql: psycopg.Connection, text: str, expected: str
) -> None:
    """What Postgres can't hold is left out; everything else arrives unchanged, in names too."""
    message = replace(platform.message(text, mention=True), author_name=text)
    assert (await inbox.accept(message)).is_pending
    row = sql.execute("select text, author_name from messages").fetchone()
    assert row == (expected, expected)


async def test_messages_of_a_conversation_are_numbered_as_stored(
    inbox: Inbox, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """Also those that come at the same time: an id that was given is never passed by a lower one afterwards."""
    root = platform.message("first", mention=True)
    first = await inbox.accept(root)
    later = [platform.message(str(number), thread=root.address.thread) for number in range(20)]
    accepted = await asyncio.gather(*(inbox.accept(message) for message in later))
    ids = [one.message_id for one in accepted if one.message_id]
    assert len(set(ids)) == 20
    assert min(ids) > (first.message_id or 0)


async def test_database_away_is_told_and_nothing_is_stored(platform: FakePlatform) -> None:
    """The adapter then does not acknowledge, and the platform delivers again."""
    pool = AsyncConnectionPool(
        "postgresql://nobody@127.0.0.1:1/none",
        min_size=0,
        max_size=1,
        open=False,
        timeout=0.3,
        kwargs={"connect_timeout": 1},
    )
    async with pool:
        with pytest.raises(DatabaseUnavailable):
            await Inbox(pool, Manners()).accept(platform.message("hello", mention=True))

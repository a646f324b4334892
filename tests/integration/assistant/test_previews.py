"""Answers that are seen while they are written: soon, in one message, and exact in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from adapters.base import Button
from adapters.errors import PlatformUnavailable, RateLimited
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Answer, Trace, Work
from assistant.conversations.store import ConversationStore
from assistant.gateway import Gateway
from assistant.manners import Manners
from assistant.queue import WakeUpQueue
from tests.fakes.platform import IN_MEMORY, FakePlatform
from tests.fakes.until import until

FINAL = Answer(
    "Within thirty days.", "answered", (), Trace(), link_hosts=("shop.example",), buttons=(Button("up", "Good"),)
)


@pytest.fixture
async def gateway(database_url: str, queue: WakeUpQueue, platform: FakePlatform) -> AsyncIterator[Gateway]:
    gateway = Gateway(database_url, queue, {"fake": platform}, Manners())
    async with gateway.running():
        yield gateway


async def asked(platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection) -> Work:
    await platform.people_say(platform.message("how long?", mention=True))
    row = sql.execute("select max(id) from messages").fetchone()
    assert row is not None
    work = store.take(row[0])
    assert work is not None
    return work


def texts(platform: FakePlatform) -> list[str]:
    return [shown.text for shown in platform.shown]


async def preview(store: ConversationStore, work: Work, text: str) -> None:
    await asyncio.to_thread(store.preview, work, text, (), ())


@pytest.mark.usefixtures("gateway")
async def test_text_grows_in_its_place_and_ends_exact(
    platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """One message, edited; only the answer has buttons."""
    work = await asked(platform, store, sql)
    assert work.question.may_preview
    for text in ("With", "Within thirty"):
        await preview(store, work, text)
        await until(lambda text=text: texts(platform) == [text])  # type: ignore[misc]
        assert platform.shown[0].buttons == ()
    store.reply(work, FINAL)
    await until(lambda: texts(platform) == [FINAL.text])
    assert platform.shown[0].buttons == ("up",)
    assert [seen.kind for seen in platform.history] == ["shown", "edited", "edited"]


@pytest.mark.usefixtures("gateway")
async def test_lost_edit_does_not_matter(
    platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """Whatever becomes of the edits on the way, the answer stands there in the end, once."""
    work = await asked(platform, store, sql)
    await preview(store, work, "With")
    await until(lambda: texts(platform) == ["With"])
    platform.failures = [PlatformUnavailable("away"), RateLimited("slowly", 0.2)]
    await preview(store, work, "Within thirty")
    await until(lambda: not platform.failures)
    store.reply(work, FINAL)
    await until(lambda: texts(platform) == [FINAL.text])


@pytest.mark.usefixtures("gateway")
async def test_question_withdrawn_in_mid_answer_leaves_nothing(
    platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """And what is generated afterwards is not shown."""
    work = await asked(platform, store, sql)
    await preview(store, work, "With")
    await until(lambda: texts(platform) == ["With"])
    [post] = platform.posts.values()
    await platform.people_delete(post)
    await until(lambda: texts(platform) == [])
    await preview(store, work, "Within thirty")
    await asked(platform, store, sql)
    assert texts(platform) == []


async def test_platform_without_edits_gets_the_whole_answer(
    database_url: str, queue: WakeUpQueue, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """A worker is told so with the message; what slips through is not shown."""
    platform = FakePlatform(capabilities=IN_MEMORY.__class__(2000, idempotent_send=True, threads=True, edits=False))
    async with Gateway(database_url, queue, {"fake": platform}, Manners()).running():
        work = await asked(platform, store, sql)
        assert not work.question.may_preview
        await preview(store, work, "With")
        store.reply(work, FINAL)
        await until(lambda: texts(platform) == [FINAL.text])
    assert [seen.kind for seen in platform.history] == ["shown"]


async def test_preview_under_a_lost_lease_is_void(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """Another worker writes now."""
    accepted = await inbox.accept(platform.message("how long?", mention=True))
    assert accepted.message_id is not None
    work = store.take(accepted.message_id)
    assert work is not None
    store.release([work.lease])
    store.preview(work, "With", (), ())
    assert sql.execute("select count(*) from deliveries").fetchone() == (0,)


@pytest.mark.usefixtures("gateway")
async def test_work_is_shown_from_the_question_to_the_first_words(
    platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """Whoever asks sees at once that somebody is at it; talk that is not answered shows nothing."""
    await platform.people_say(platform.message("lunch?"))
    work = await asked(platform, store, sql)
    [post] = [post for post in platform.posts.values() if post.mentions_assistant]
    place = (post.address.channel, post.address.thread)
    await until(lambda: platform.working == {place})
    await preview(store, work, "With")
    await until(lambda: platform.working == set())

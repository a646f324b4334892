"""Questions that are changed or deleted: the chat ends as if they had been asked so in the first place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from adapters.base import DeletedMessage, IncomingMessage
from adapters.errors import DeliveryRefused, DeliveryUnknown, PlatformUnavailable
from assistant.conversations.inbox import Inbox
from assistant.gateway import Gateway
from assistant.manners import Manners
from assistant.queue import WakeUpQueue
from tests.fakes.platform import FakePlatform
from tests.fakes.until import until
from tests.integration.assistant.running_desk import Desk


@pytest.fixture
async def desk(database_url: str, redis_url: str, queue: WakeUpQueue, platform: FakePlatform) -> AsyncIterator[Desk]:
    desk = Desk(database_url, redis_url, platform)
    async with Gateway(database_url, queue, {"fake": platform}, Manners()).running():
        desk.start_worker()
        yield desk
    assert await asyncio.to_thread(desk.stop_worker)


def edited(message: IncomingMessage, text: str) -> IncomingMessage:
    return replace(message, text=text, edited_at=message.sent_at)


async def shows(desk: Desk, *texts: str) -> None:
    """Return once people see exactly these replies, in this order."""
    await until(lambda: [shown.text for shown in desk.platform.shown] == list(texts))


async def test_edited_question_that_waits_is_answered_as_edited(desk: Desk) -> None:
    """Its old text is never answered, although its answer had been begun."""
    slow = desk.answers.hold("one")
    message = await desk.say("one")
    assert await asyncio.to_thread(desk.answers.wait_begun, "one")
    await desk.platform.people_say(edited(message, "two"))
    await shows(desk, "re: two")
    slow.set()
    await desk.say("three")
    await shows(desk, "re: two", "re: three")
    assert [seen.text for seen in desk.platform.history] == ["re: two", "re: three"]


async def test_edited_question_that_was_answered_has_its_reply_edited_in_place(desk: Desk) -> None:
    """The reply keeps its place; the later one is not touched."""
    message = await desk.say("one")
    await shows(desk, "re: one")
    await desk.say("two", message.address.thread)
    await shows(desk, "re: one", "re: two")
    await desk.platform.people_say(edited(message, "uno"))
    await shows(desk, "re: uno", "re: two")
    assert [seen.kind for seen in desk.platform.history] == ["shown", "shown", "edited"]


async def test_edit_that_comes_twice_or_changes_nothing_does_nothing(desk: Desk) -> None:
    """A redelivery, or the platform's note that a link has a preview now."""
    message = await desk.say("one")
    await shows(desk, "re: one")
    await desk.platform.people_say(edited(message, "one"))
    for _ in range(3):
        await desk.platform.people_say(edited(message, "two"))
    await shows(desk, "re: two")
    await desk.say("three")
    await shows(desk, "re: two", "re: three")
    assert desk.answers.begun.count("two") == 1


async def test_shorter_new_reply_takes_the_surplus_parts_away(desk: Desk) -> None:
    """And a longer one adds the missing ones."""
    desk.platform.capabilities = replace(desk.platform.capabilities, max_chars=100)
    long = " ".join(f"w{number}" for number in range(60))
    message = await desk.say("short")
    await shows(desk, "re: short")
    await desk.platform.people_say(edited(message, long))
    await until(lambda: len(desk.platform.shown) > 2)
    await until(lambda: " ".join(shown.text for shown in desk.platform.shown) == f"re: {long}")
    await desk.platform.people_say(edited(message, "brief"))
    await shows(desk, "re: brief")


async def test_reply_that_somebody_deleted_is_shown_anew_after_an_edit(desk: Desk) -> None:
    """The platform refuses to edit what is gone; the customer gets the new answer all the same."""
    message = await desk.say("one")
    await shows(desk, "re: one")
    desk.platform.shown.clear()
    await desk.platform.people_say(edited(message, "two"))
    await shows(desk, "re: two")


async def test_edit_that_names_the_assistant_is_a_new_question(desk: Desk) -> None:
    """The post had not been for us before; one that still is not stays unknown."""
    message = desk.platform.message("lunch?", thread="M99")
    await desk.platform.people_say(message)
    await desk.platform.people_say(edited(message, "dinner?"))
    await desk.platform.people_say(replace(edited(message, "help?"), mentions_assistant=True))
    await shows(desk, "re: help?")


async def test_follow_up_that_arrives_only_as_edited_is_taken(inbox: Inbox, platform: FakePlatform) -> None:
    """A platform whose history is read tells of the post as it stands now; what is older than the conversation is none
    of ours."""
    root = platform.message("hello", mention=True)
    await inbox.accept(root)
    follow_up = edited(platform.message("and?", thread=root.address.thread), "and now?")
    assert (await inbox.edit(follow_up)).message_id is None
    later = replace(follow_up, sent_at=datetime.now(UTC) + timedelta(minutes=1))
    assert (await inbox.edit(later)).is_pending


async def test_deleted_question_cancels_its_answer(desk: Desk, sql: psycopg.Connection) -> None:
    """Nothing is shown, the next question is answered, and the text is gone from the store."""
    slow = desk.answers.hold("one")
    message = await desk.say("one")
    assert await asyncio.to_thread(desk.answers.wait_begun, "one")
    await desk.say("two", message.address.thread)
    await desk.platform.people_delete(message)
    await shows(desk, "re: two")
    slow.set()
    await desk.say("three", message.address.thread)
    await shows(desk, "re: two", "re: three")
    assert "one" not in [turn.text for turn in desk.answers.histories["three"]]
    assert sql.execute("select text, state from messages order by id limit 1").fetchone() == ("", "deleted")


async def test_deleted_question_takes_its_reply_with_it(desk: Desk, sql: psycopg.Connection) -> None:
    """From the chat and from the store; a second event of it does nothing."""
    message = await desk.say("one")
    await shows(desk, "re: one")
    for _ in range(2):
        await desk.platform.people_delete(message)
    await shows(desk)
    assert sql.execute("select count(*) from replies").fetchone() == (0,)
    assert [seen.kind for seen in desk.platform.history] == ["shown", "retracted"]


async def test_deletion_that_arrives_before_its_post_wins(inbox: Inbox, platform: FakePlatform) -> None:
    """A platform that delivers again does so in any order."""
    message = platform.message("hello", mention=True)
    place = message.address
    post = DeletedMessage(place.platform, place.workspace, place.channel, place.message_id)
    await inbox.delete(post)
    assert (await inbox.accept(message)).message_id is None
    assert (await inbox.accept(platform.message("other", mention=True))).is_pending


async def test_deleting_an_addition_answers_the_rest_anew(desk: Desk) -> None:
    """What was answered together is answered again without it, in place; with the first one gone, by a new reply."""
    gate = desk.answers.hold("first")
    root = await desk.say("first")
    assert await asyncio.to_thread(desk.answers.wait_begun, "first")
    one = await desk.say("one?", root.address.thread)
    also = await desk.say("also two?", root.address.thread)
    gate.set()
    await shows(desk, "re: first", "re: one?\nalso two?")
    await desk.platform.people_delete(also)
    await shows(desk, "re: first", "re: one?")
    await desk.platform.people_delete(one)
    await shows(desk, "re: first")


@pytest.mark.parametrize("failure", [PlatformUnavailable("away"), DeliveryUnknown("no answer")])
async def test_change_that_fails_is_tried_again(desk: Desk, failure: Exception) -> None:
    """Edits and retractions may be repeated safely."""
    message = await desk.say("one")
    await shows(desk, "re: one")
    desk.platform.failures.append(failure)  # type: ignore[arg-type]
    await desk.platform.people_say(edited(message, "two"))
    await shows(desk, "re: two")
    desk.platform.failures.append(failure)  # type: ignore[arg-type]
    await desk.platform.people_delete(message)
    await shows(desk)


async def test_retraction_that_is_refused_is_failed(desk: Desk, sql: psycopg.Connection) -> None:
    """Where the platform can take nothing back the operator can see it."""
    message = await desk.say("one")
    await shows(desk, "re: one")
    desk.platform.failures.append(DeliveryRefused("too late"))
    await desk.platform.people_delete(message)
    await until(lambda: sql.execute("select state from deliveries").fetchone() == ("failed",))

"""Gateway, queue threads and worker together, on real Postgres and Redis, with a platform in memory."""

from __future__ import annotations

import asyncio
import json
import pickle
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import psycopg
import pytest
from redis import Redis

from assistant.errors import ModelOverloaded, RequestRefused
from assistant.gateway import Gateway
from assistant.jobs import WakeUpJob
from assistant.manners import Manners
from assistant.presence import live_workers
from assistant.queue import WakeUpQueue
from assistant.worker import MAX_ATTEMPTS
from prompts.errors import QuestionTooLong
from tests.fakes.answers import APOLOGY
from tests.fakes.platform import FakePlatform
from tests.fakes.until import until
from tests.integration.assistant.running_desk import THREADS, Desk


@pytest.fixture
async def desk(database_url: str, redis_url: str, queue: WakeUpQueue, platform: FakePlatform) -> AsyncIterator[Desk]:
    desk = Desk(database_url, redis_url, platform)
    async with Gateway(database_url, queue, {"fake": platform}, Manners()).running():
        yield desk


@pytest.fixture
async def at_work(desk: Desk) -> AsyncIterator[Desk]:
    """The desk with its worker running."""
    desk.start_worker()
    yield desk
    assert await asyncio.to_thread(desk.stop_worker)


async def test_question_is_answered_where_it_was_asked(at_work: Desk) -> None:
    """All the way and back."""
    message = await at_work.say("hello")
    await at_work.sees("re: hello")
    assert at_work.platform.texts_at(message.address) == ["re: hello"]


async def test_twin_events_get_one_reply(at_work: Desk) -> None:
    """A redelivery too, also after the answer."""
    message = at_work.platform.message("hello", mention=True)
    await asyncio.gather(*(at_work.platform.people_say(message) for _ in range(5)))
    await at_work.sees("re: hello")
    await at_work.platform.people_say(message)
    await at_work.say("goodbye")
    await at_work.sees("re: hello", "re: goodbye")


async def test_conversation_is_answered_in_order_while_others_go_on(at_work: Desk) -> None:
    """A slow answer holds up its own conversation, and no other."""
    slow = at_work.answers.hold("one")
    first = await at_work.say("one")
    assert await asyncio.to_thread(at_work.answers.wait_begun, "one")
    thread = first.address.thread
    for text in ("two", "three"):
        await at_work.say(text, thread)
    await at_work.say("elsewhere")
    await at_work.sees("re: elsewhere")
    assert at_work.answers.begun == ["one", "elsewhere"]
    slow.set()
    await at_work.sees("re: elsewhere", "re: one", "re: two", "re: three")
    assert at_work.platform.texts_at(first.address) == ["re: one", "re: two", "re: three"]
    assert [(turn.text, turn.reply) for turn in at_work.answers.histories["three"]] == [
        ("one", "re: one"),
        ("two", "re: two"),
    ]


async def test_passing_failure_is_tried_again(at_work: Desk, sql: psycopg.Connection) -> None:
    """The customer sees the answer, and nothing of the trouble."""
    at_work.answers.failures["hello"] = [ModelOverloaded("busy"), RuntimeError("a bug that passes")]
    await at_work.say("hello")
    await at_work.sees("re: hello")
    assert sql.execute("select state, attempts from messages").fetchone() == ("answered", 2)


@pytest.mark.parametrize("error", [RequestRefused("no such model"), QuestionTooLong("too long")])
async def test_final_failure_gets_an_apology(at_work: Desk, sql: psycopg.Connection, error: Exception) -> None:
    """At once, as no later attempt would do better; the message is kept for the operator."""
    at_work.answers.failures["hello"] = [error]
    await at_work.say("hello")
    await at_work.sees(APOLOGY)
    row = sql.execute("select m.state, m.attempts, r.decision from messages m join replies r on r.message_id = m.id")
    assert row.fetchone() == ("dead", 0, "failed")


async def test_last_attempt_gets_an_apology(desk: Desk, sql: psycopg.Connection) -> None:
    """Whoever addressed the assistant always gets something."""
    desk.answers.failures["hello"] = [ModelOverloaded("busy")]
    await desk.say("hello")
    sql.execute("update messages set attempts = %s", [MAX_ATTEMPTS - 1])
    desk.start_worker()
    await desk.sees(APOLOGY)
    assert await asyncio.to_thread(desk.stop_worker)


async def test_failed_message_does_not_hold_up_the_next(at_work: Desk) -> None:
    """The conversation goes on after an apology."""
    at_work.answers.failures["one"] = [RequestRefused("no")]
    first = await at_work.say("one")
    await at_work.say("two", first.address.thread)
    await at_work.sees(APOLOGY, "re: two")
    assert at_work.platform.texts_at(first.address) == [APOLOGY, "re: two"]


CALLS = {f"{end}_callback_name": "os.abort" for end in ("failure", "success", "stopped")}
FORGED: list[tuple[str, dict[str, object]]] = [
    ("foreign", {"data": json.dumps(["os.abort", None, [], {}])}),
    ("pickled", {"data": pickle.dumps(("os.abort", None, (), {}))}),
    ("message-999999", {"data": json.dumps(["os.abort", None, [], {}]), "repeats_left": "9", "retries_left": "9"}),
    ("message-999998", {"data": json.dumps([WakeUpJob.function, None, [1], {}]), **CALLS}),
    ("message-999997", {"data": "x", "created_at": "yesterday", "timeout": "soon"}),
    ("message-" + "9" * 30, {"data": json.dumps([WakeUpJob.function, None, [1], {}])}),
    ("bad id", {"data": json.dumps([WakeUpJob.function, None, [1], {}])}),
    ("missing", {}),
]


async def test_forged_jobs_do_not_disturb(at_work: Desk) -> None:
    """Whatever others put into Redis, nothing of it runs, and every thread goes on answering."""
    with Redis.from_url(at_work.redis_url) as client:
        for job_id, fields in FORGED * THREADS:
            if fields:
                stored = {
                    "origin": WakeUpJob.queue_name,
                    "created_at": "2026-01-01T00:00:00.000000Z",
                    "status": "queued",
                } | fields
                client.hset(f"rq:job:{job_id}", mapping=stored)
            client.rpush(f"rq:queue:{WakeUpJob.queue_name}", job_id)
        client.rpush(f"rq:queue:{WakeUpJob.queue_name}", b"\xff\xfe")
        client.publish("rq:pubsub:all", json.dumps({"command": "shutdown"}))
    messages = [f"question {number}" for number in range(3 * THREADS)]
    for text in messages:
        await at_work.say(text)
    await at_work.sees(*(f"re: {text}" for text in messages))


async def test_emptied_redis_loses_no_message(desk: Desk) -> None:
    """Between storing and working everything in Redis may vanish."""
    for text in ("one", "two", "three"):
        await desk.say(text)
    with Redis.from_url(desk.redis_url) as client:
        client.flushall()
    desk.start_worker()
    await desk.sees("re: one", "re: two", "re: three")
    assert await asyncio.to_thread(desk.stop_worker)


async def test_redis_emptied_under_a_working_worker_is_no_matter(at_work: Desk) -> None:
    """The threads lose their registration, and go on."""
    slow = at_work.answers.hold("one")
    await at_work.say("one")
    assert await asyncio.to_thread(at_work.answers.wait_begun, "one")
    with Redis.from_url(at_work.redis_url) as client:
        client.flushall()
    slow.set()
    await at_work.say("two")
    await at_work.sees("re: one", "re: two")


async def test_idle_worker_stops_within_seconds(desk: Desk) -> None:
    """A thread waits for a job no longer than a few seconds at a time."""
    desk.start_worker()
    await desk.say("hello")
    await desk.sees("re: hello")
    started = time.monotonic()
    assert await asyncio.to_thread(desk.stop_worker)
    assert time.monotonic() - started < 10
    assert not [
        thread for thread in threading.enumerate() if thread.name.startswith(("queue-", "answer", "lease-renewer"))
    ]


async def test_stopping_worker_finishes_its_answer_and_leaves_the_rest(desk: Desk, sql: psycopg.Connection) -> None:
    """The message at hand is answered; the next one stays for another worker, under no lease."""
    slow = desk.answers.hold("one")
    desk.start_worker()
    first = await desk.say("one")
    assert await asyncio.to_thread(desk.answers.wait_begun, "one")
    await desk.say("two", first.address.thread)
    desk.worker.stop()
    slow.set()
    await desk.sees("re: one")
    assert await asyncio.to_thread(desk.stop_worker)
    assert sql.execute("select state from messages order by id").fetchall() == [("answered",), ("pending",)]
    assert sql.execute("select lease_until from conversations").fetchone() == (None,)


async def test_worker_is_seen_while_it_runs(desk: Desk, database_url: str) -> None:
    """Its sign of life ends with it."""
    assert live_workers(database_url) == 0
    desk.start_worker()
    assert live_workers(database_url) == 1
    assert await asyncio.to_thread(desk.stop_worker)
    assert live_workers(database_url) == 0


async def test_gateway_that_stops_has_sent_what_it_claimed(
    database_url: str, redis_url: str, queue: WakeUpQueue, sql: psycopg.Connection
) -> None:
    """Where sends can't be repeated, a claim left behind would be a reply that nobody ever sees."""
    platform = FakePlatform()
    platform.capabilities = replace(platform.capabilities, idempotent_send=False)
    desk = Desk(database_url, redis_url, platform)
    desk.start_worker()
    async with Gateway(database_url, queue, {"fake": platform}, Manners()).running():
        for number in range(20):
            await desk.say(f"question {number}")
        await until(lambda: platform.shown)
    assert await asyncio.to_thread(desk.stop_worker)
    states: dict[str, int] = dict(sql.execute("select state, count(*) from deliveries group by state").fetchall())
    assert "sending" not in states
    assert states["sent"] == len(platform.shown)

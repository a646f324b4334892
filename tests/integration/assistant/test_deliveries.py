"""Deliveries: claimed by one gateway, sent in order, and after any failure either shown once or accounted for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import psycopg
import pytest

from adapters.base import DeletedMessage, RenderedPart, Reply, ReplyAddress
from adapters.errors import AdapterError, DeliveryRefused, DeliveryUnknown, PlatformUnavailable, RateLimited
from assistant.conversations.deliveries import Deliveries, Delivery
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Answer, Trace
from assistant.conversations.store import ConversationStore
from assistant.database import AsyncPool
from assistant.sender import MAX_ATTEMPTS, MAX_WAIT_S, Sender
from tests.fakes.platform import IN_MEMORY, FakePlatform

NOT_IDEMPOTENT = replace(IN_MEMORY, idempotent_send=False)


def replies(claimed: Sequence[Delivery]) -> list[str]:
    return [delivery.reply.text for delivery in claimed if delivery.reply is not None]


class Outbox:
    """Replies that wait, and a gateway that sends them."""

    def __init__(self, inbox: Inbox, store: ConversationStore, deliveries: Deliveries, sql: psycopg.Connection) -> None:
        self.platform = FakePlatform()
        self._inbox, self._store, self._sql = inbox, store, sql
        self.sender = Sender(deliveries, {"fake": self.platform}, lambda: None)

    async def start(self) -> None:
        await self.platform.start(self._never)

    async def _never(self, _: object) -> None:
        raise AssertionError("nobody speaks here")

    async def reply(self, text: str, thread: str = "") -> str:
        """Let the assistant answer a new message; gives its thread."""
        message = self.platform.message("question", mention=True, thread=thread)
        accepted = await self._inbox.accept(message)
        assert accepted.message_id is not None
        self.answer(accepted.message_id, text)
        return message.address.thread

    def answer(self, message_id: int, text: str) -> None:
        """Let the assistant answer a message that waits."""
        work = self._store.take(message_id)
        assert work is not None
        self._store.reply(work, Answer(text, "answered", (), Trace()))

    async def send(self) -> None:
        """One round of the gateway, to its end."""
        await self.sender.send_due("fake", None)
        await self.sender.finish()

    def state(self) -> list[tuple[object, ...]]:
        return self._sql.execute(
            "select state, parts_sent, attempts, last_error from deliveries order by id"
        ).fetchall()

    def interrupt(self) -> None:
        """As if a gateway had died while it was sending."""
        self._sql.execute(
            "update deliveries set state = 'sending', claimed_by = 'dead', attempts = attempts + 1,"
            " claimed_until = now() - interval '1 second'"
        )

    def make_due(self) -> None:
        self._sql.execute("update deliveries set due_at = now()")

    def due_in_s(self) -> float:
        row = self._sql.execute("select extract(epoch from due_at - now())::float8 from deliveries").fetchone()
        assert row is not None
        return float(row[0])

    @property
    def shown(self) -> list[str]:
        return [shown.text for shown in self.platform.shown]


@pytest.fixture
async def outbox(inbox: Inbox, store: ConversationStore, deliveries: Deliveries, sql: psycopg.Connection) -> Outbox:
    outbox = Outbox(inbox, store, deliveries, sql)
    await outbox.start()
    return outbox


async def test_two_gateways_claim_each_delivery_once(outbox: Outbox, async_pool: AsyncPool) -> None:
    """Ten at once among two gateways: none twice, none left."""
    for number in range(20):
        await outbox.reply(f"reply {number}")
    gateways = [Deliveries(async_pool, f"gateway-{number}") for number in range(2)] * 5
    claims = await asyncio.gather(*(gateway.claim("fake", None, 20) for gateway in gateways))
    ids = [delivery.id for claim in claims for delivery in claim]
    assert len(ids) == len(set(ids)) == 20


async def test_claim_keeps_to_its_limit_platform_and_workspace(outbox: Outbox, deliveries: Deliveries) -> None:
    """Oldest first; a gateway takes no more than it has room for."""
    for number in range(5):
        await outbox.reply(f"reply {number}")
    assert await deliveries.claim("other", None, 10) == []
    assert await deliveries.claim("fake", "W2", 10) == []
    claimed = await deliveries.claim("fake", "W1", 3)
    assert replies(claimed) == ["reply 0", "reply 1", "reply 2"]


async def test_replies_of_a_conversation_go_out_one_after_the_other(outbox: Outbox, deliveries: Deliveries) -> None:
    """The second waits until the first is sent, also for another gateway."""
    thread = await outbox.reply("one")
    await outbox.reply("two", thread)
    [first] = await deliveries.claim("fake", None, 10)
    assert replies([first]) == ["one"]
    assert await deliveries.claim("fake", None, 10) == []
    await deliveries.finish(first, "sent", 1, ["M1"])
    assert replies(await deliveries.claim("fake", None, 10)) == ["two"]


async def test_reply_to_several_messages_ends_the_wait_of_each(
    outbox: Outbox, inbox: Inbox, deliveries: Deliveries, sql: psycopg.Connection
) -> None:
    """Whoever hears where replies are shown hears of all that they answer, and not of what else is shown there."""
    ended: list[ReplyAddress] = []
    outbox.sender = Sender(deliveries, {"fake": outbox.platform}, lambda: None, on_shown=ended.append)
    question = outbox.platform.message("one?", mention=True)
    also = outbox.platform.message("also two?", thread=question.address.thread)
    first, _ = [(await inbox.accept(message)).message_id for message in (question, also)]
    assert first is not None
    outbox.answer(first, "one and two")
    sql.execute(
        "insert into deliveries (platform, workspace, reply_address, text, is_reply)"
        " select platform, workspace, reply_address, 'a notice', false from deliveries"
    )
    await outbox.send()
    assert sorted(outbox.shown) == ["a notice", "one and two"]
    assert ended == [question.address, also.address]


@pytest.mark.parametrize("end", ["failed", "unknown"])
async def test_lost_reply_does_not_hold_up_the_next(outbox: Outbox, deliveries: Deliveries, end: str) -> None:
    """What can't be shown must not silence the conversation."""
    thread = await outbox.reply("one")
    await outbox.reply("two", thread)
    [first] = await deliveries.claim("fake", None, 10)
    await deliveries.finish(first, end, 0, [])
    assert replies(await deliveries.claim("fake", None, 10)) == ["two"]


async def test_sent_reply_is_recorded(outbox: Outbox, sql: psycopg.Connection) -> None:
    """With the platform's own id of what is visible."""
    await outbox.reply("hello")
    await outbox.send()
    assert outbox.shown == ["hello"]
    assert outbox.state() == [("sent", 1, 1, None)]
    assert sql.execute("select platform_message_ids from deliveries").fetchone() == (
        [outbox.platform.shown[0].message_id],
    )


async def test_interrupted_send_is_repeated_where_repeats_show_once(outbox: Outbox) -> None:
    """The same key as before: the platform tells that it knows it."""
    await outbox.reply("hello")
    await outbox.send()
    outbox.interrupt()
    await outbox.send()
    assert outbox.shown == ["hello"]
    assert outbox.state()[0][0] == "sent"


async def test_interrupted_send_is_unknown_where_repeats_show_twice(outbox: Outbox) -> None:
    """Never a second time into somebody's chat by itself."""
    outbox.platform.capabilities = NOT_IDEMPOTENT
    await outbox.reply("hello")
    outbox.interrupt()
    await outbox.send()
    assert outbox.shown == []
    assert outbox.state() == [("unknown", 0, 2, "DeliveryUnknown")]


async def test_rate_limited_reply_waits_as_long_as_asked(outbox: Outbox) -> None:
    """No sooner, and then it is shown."""
    outbox.platform.failures = [RateLimited("slow down", 30.0)]
    await outbox.reply("hello")
    await outbox.send()
    assert outbox.state() == [("pending", 0, 1, "RateLimited")]
    assert 25 < outbox.due_in_s() <= 30
    await outbox.send()
    assert outbox.shown == []
    outbox.make_due()
    await outbox.send()
    assert outbox.shown == ["hello"]


async def test_deleted_question_leaves_a_platform_in_peace_that_asked_to_wait(outbox: Outbox, inbox: Inbox) -> None:
    """Its reply is taken back when the time is over."""
    thread = await outbox.reply("hello")
    outbox.platform.failures = [RateLimited("slowly", 60.0)]
    await outbox.send()
    await inbox.delete(DeletedMessage("fake", "W1", "C1", thread))
    assert 50 < outbox.due_in_s() <= 60
    outbox.make_due()
    await outbox.send()
    assert outbox.state() == [("sent", 0, 1, None)]
    assert outbox.shown == []


async def test_refused_reply_is_failed(outbox: Outbox) -> None:
    """The platform will never take it."""
    outbox.platform.failures = [DeliveryRefused("thread is gone")]
    await outbox.reply("hello")
    await outbox.send()
    assert outbox.state() == [("failed", 0, 1, "DeliveryRefused")]


async def test_platform_away_is_tried_again_and_not_for_ever(outbox: Outbox) -> None:
    """Each time later than before, then it is given up."""
    outbox.platform.failures = [PlatformUnavailable("away")] * MAX_ATTEMPTS
    await outbox.reply("hello")
    waits = []
    for _ in range(MAX_ATTEMPTS - 1):
        await outbox.send()
        waits.append(outbox.due_in_s())
        outbox.make_due()
    await outbox.send()
    assert waits[0] < 2
    assert waits[6] > 30
    assert max(waits) <= MAX_WAIT_S
    assert outbox.state() == [("failed", 0, MAX_ATTEMPTS, "PlatformUnavailable")]


@pytest.mark.parametrize(
    ("idempotent", "states"),
    [(True, [("pending", 0, 1, "DeliveryUnknown"), ("sent", 1, 2, "DeliveryUnknown")]),
     (False, [("unknown", 0, 1, "DeliveryUnknown"), ("unknown", 0, 1, "DeliveryUnknown")])],
)  # fmt: skip
async def test_lost_answer_shows_the_reply_once(
    outbox: Outbox, idempotent: bool, states: list[tuple[object, ...]]
) -> None:
    """Where it can be repeated safely it is, elsewhere it is counted as unknown."""
    outbox.platform.capabilities = IN_MEMORY if idempotent else NOT_IDEMPOTENT
    outbox.platform.lost_answers = [DeliveryUnknown("no answer")]
    await outbox.reply("hello")
    await outbox.send()
    assert outbox.state() == [states[0]]
    outbox.make_due()
    await outbox.send()
    assert outbox.shown == ["hello"]
    assert [(state, parts, attempts) for state, parts, attempts, _ in outbox.state()] == [states[1][:3]]


async def test_long_reply_goes_on_where_it_was_left(outbox: Outbox) -> None:
    """The first part is not shown again, the others follow in order."""
    outbox.platform.capabilities = replace(NOT_IDEMPOTENT, max_chars=100)
    words = " ".join(f"w{number}" for number in range(60))
    failures: list[AdapterError | None] = [None, PlatformUnavailable("away")]
    outbox.platform.failures = failures
    await outbox.reply(words)
    await outbox.send()
    assert [row[:3] for row in outbox.state()] == [("pending", 1, 1)]
    outbox.make_due()
    await outbox.send()
    assert len(outbox.shown) > 2
    assert " ".join(outbox.shown).split() == words.split()


class Fragile(FakePlatform):
    """A platform with a fault in its own code."""

    def render(self, reply: Reply) -> Sequence[RenderedPart]:
        if reply.text == "bomb":
            raise KeyError("render")
        return super().render(reply)


async def test_adapter_that_breaks_does_not_end_the_others(outbox: Outbox) -> None:
    """A bug in one rendering costs one reply."""
    outbox.platform.__class__ = Fragile
    await outbox.reply("bomb")
    await outbox.reply("hello")
    await outbox.send()
    assert outbox.shown == ["hello"]
    assert [row[0] for row in outbox.state()] == ["failed", "sent"]


async def test_gateway_that_lost_its_claim_records_nothing(outbox: Outbox, deliveries: Deliveries) -> None:
    """Its late word changes nothing of what the next one does."""
    await outbox.reply("hello")
    [old] = await deliveries.claim("fake", None, 1)
    outbox.interrupt()
    [new] = await deliveries.claim("fake", None, 1)
    assert new.may_be_shown
    await deliveries.progress(old, 1, ["M0"])
    await deliveries.finish(old, "failed", 0, [])
    await deliveries.finish(old, "pending", 0, [], error="x")
    assert [row[:2] for row in outbox.state()] == [("sending", 0)]

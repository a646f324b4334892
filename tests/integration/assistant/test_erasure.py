"""What people wrote goes: all of one person's with /forget, and everybody's when it is older than texts are kept."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql as composed
from psycopg_pool import ConnectionPool

from adapters.base import DeletedMessage, IncomingMessage, ReplyAddress
from assistant.conversations.dead import DeadMessages
from assistant.conversations.erasure import Erasure
from assistant.conversations.handoffs import Agents, Handoffs
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Answer, Deed, Forget, Handoff, LeaseLost, Outdated, Trace, Work
from assistant.conversations.store import ConversationStore
from assistant.database import AsyncPool
from assistant.manners import Manners
from tests.fakes.platform import FakePlatform

MARKER = "xyzzy-4711"
AGENTS = Agents(ReplyAddress("fake", "", "C9", thread="", message_id="0", is_direct=True))
KEEP_DAYS = 30.0


def holding_marker(text: str, deed: Deed | None = None) -> Answer:
    """An answer that repeats what was asked wherever one can."""
    chunk = {"chunk_id": 1, "uri": "a.md", "text": f"passage {MARKER}", "distance": 0.25}
    trace = Trace(
        prompt_version="llama2/answer@00000000",
        prompt=f"prompt {MARKER}",
        model_id="model",
        chunks=(chunk,),
        gate={"rewritten": MARKER, "nearest_alone": 0.25},
        searched=(f"searched {MARKER}",),
        checks={"dropped": [MARKER]},
    )
    return Answer(text, "answered", (), trace, deed=deed)


@dataclass
class Scene:
    """People, a worker, and all that is stored."""

    inbox: Inbox
    handoffs: Handoffs
    platform: FakePlatform
    store: ConversationStore
    erasure: Erasure
    sql: psycopg.Connection

    async def put(self, message: IncomingMessage) -> int:
        accepted = await self.inbox.accept(message)
        assert accepted.message_id is not None
        return accepted.message_id

    def taken(self, message_id: int) -> Work:
        work = self.store.take(message_id)
        assert work is not None
        return work

    async def answered(self, message: IncomingMessage, answer: Answer) -> int:
        """The message, answered."""
        message_id = await self.put(message)
        self.store.reply(self.taken(message_id), answer)
        return message_id

    async def forget(self, author: str = "U1") -> None:
        """The author says /forget in a one-to-one chat."""
        message = self.platform.message(f"/forget {MARKER}", author=author, direct=True)
        await self.answered(message, Answer("done", "commanded", (), Trace(), deed=Forget()))

    def let_days_pass(self, days: float) -> None:
        """As if everything had come in that much earlier."""
        shift = f"- interval '{days} days'"
        self.sql.execute(f"update messages set received_at = received_at {shift}")  # noqa: S608
        self.sql.execute(f"update traces set said_since = said_since {shift}")  # noqa: S608
        self.sql.execute(f"update deliveries set updated_at = updated_at {shift}")  # noqa: S608

    def all_is_sent(self) -> None:
        self.sql.execute("update deliveries set state = 'sent' where state in ('pending', 'sending')")

    def rows_with(self, marker: str) -> list[str]:
        """Every row of every table that holds it, whatever its columns are."""
        tables = self.sql.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        statement = "select {}::text || ': ' || t::text from {} t where t::text like %s"
        return [
            row
            for (name,) in tables
            for (row,) in self.sql.execute(
                composed.SQL(statement).format(composed.Literal(name), composed.Identifier(name)), [f"%{marker}%"]
            ).fetchall()
        ]


@pytest.fixture
def scene(async_pool: AsyncPool, pool: ConnectionPool, platform: FakePlatform, sql: psycopg.Connection) -> Scene:
    inbox = Inbox(async_pool, Manners(), AGENTS, editable=["fake"])
    handoffs = Handoffs(async_pool, Manners(), AGENTS)
    store = ConversationStore(pool, "worker-1", AGENTS)
    return Scene(inbox, handoffs, platform, store, Erasure(async_pool, KEEP_DAYS), sql)


async def told_everywhere(scene: Scene) -> None:
    """One person's words get wherever words get: into a thread with others, to the human agents, and into what
    explains other people's answers."""
    root = scene.platform.message(f"my number is {MARKER}", mention=True, attachments=(f"{MARKER}.pdf",))
    thread = root.address.thread
    await scene.answered(root, holding_marker(f"yours is {MARKER}"))
    await scene.put(scene.platform.message(f"an aside, {MARKER}", thread=thread, mention_other=True))
    await scene.answered(scene.platform.message("and mine?", thread=thread, author="U2"), holding_marker(MARKER))
    direct = scene.platform.message(f"human! {MARKER}", direct=True)
    await scene.answered(direct, holding_marker("I've told them", Handoff("asked", f"> {MARKER}", "Give back")))
    await scene.put(scene.platform.message(f"are you there? {MARKER}", direct=True))
    scene.sql.execute(
        "update deliveries set platform_message_ids = '{n1}' where message_id is null and below_id is null"
    )
    word = scene.platform.message(f"about {MARKER}: done", channel="C9", thread="n1", author="A1")
    assert await scene.handoffs.take_word(word) is not None
    assert len({row.partition(":")[0] for row in scene.rows_with(MARKER)}) >= 4


async def test_nothing_of_what_somebody_wrote_is_left_after_forget(scene: Scene) -> None:
    """In no column of any table; and what other people wrote stays."""
    await told_everywhere(scene)
    scene.all_is_sent()
    await scene.forget()
    assert scene.rows_with(MARKER) == []
    assert scene.rows_with("Person U1") == []
    assert len(scene.rows_with("and mine?")) == 1


async def test_forgetting_again_touches_nothing_that_was_said_since(scene: Scene) -> None:
    """Another person's answers were made without the forgotten words."""
    root = scene.platform.message(f"my number is {MARKER}", mention=True)
    await scene.answered(root, holding_marker(MARKER))
    scene.all_is_sent()
    await scene.forget()
    follow_up = scene.platform.message("and mine?", thread=root.address.thread, author="U2")
    await scene.answered(follow_up, Answer("yours is 12", "answered", (), Trace(prompt="and mine?")))
    scene.all_is_sent()
    await scene.forget()
    assert {row.partition(":")[0] for row in scene.rows_with("yours is 12")} == {"replies", "deliveries"}
    assert len(scene.rows_with("and mine?")) == 2


async def test_what_is_just_being_sent_goes_once_it_is_shown(scene: Scene) -> None:
    """Whoever asked gets the answer all the same."""
    await told_everywhere(scene)
    await scene.forget()
    kept = scene.rows_with(MARKER)
    assert {row.partition(":")[0] for row in kept} == {"deliveries"}
    await scene.erasure.erase()
    assert scene.rows_with(MARKER) == kept
    scene.all_is_sent()
    await scene.erasure.erase()
    assert scene.rows_with(MARKER) == []


async def test_what_waits_for_its_answer_is_forgotten_after_it(scene: Scene) -> None:
    """A question in another conversation, asked before /forget was said."""
    message_id = await scene.put(scene.platform.message(f"is {MARKER} right?", mention=True))
    await scene.forget()
    scene.all_is_sent()
    await scene.erasure.erase()
    work = scene.taken(message_id)
    assert work.question.text == f"is {MARKER} right?"
    scene.store.reply(work, holding_marker(MARKER))
    scene.all_is_sent()
    await scene.erasure.erase()
    assert scene.rows_with(MARKER) == []


async def test_answer_that_is_being_made_with_forgotten_words_is_void(scene: Scene) -> None:
    """Another person's, in a thread that both are in; it is made anew without them."""
    root = scene.platform.message(f"my number is {MARKER}", mention=True)
    await scene.answered(root, holding_marker(MARKER))
    message_id = await scene.put(scene.platform.message("and mine?", thread=root.address.thread, author="U2"))
    work = scene.taken(message_id)
    assert MARKER in work.history[0].text
    scene.all_is_sent()
    await scene.forget()
    with pytest.raises((LeaseLost, Outdated)):
        scene.store.reply(work, holding_marker(MARKER))
    again = scene.taken(message_id)
    assert again.history == ()
    assert scene.rows_with(MARKER) == []


async def test_texts_go_when_their_time_is_over(scene: Scene) -> None:
    """Everybody's, whatever holds them; rows, decisions and numbers stay."""
    await told_everywhere(scene)
    before = scene.sql.execute("select count(*) from messages").fetchone()
    scene.all_is_sent()
    scene.let_days_pass(KEEP_DAYS - 1)
    assert await scene.erasure.erase() == 0
    scene.let_days_pass(2)
    assert await scene.erasure.erase() > 0
    assert await scene.erasure.erase() == 0
    assert scene.rows_with(MARKER) == []
    assert scene.rows_with("Person") == []
    assert scene.sql.execute("select count(*) from messages").fetchone() == before
    row = scene.sql.execute(
        "select r.decision, t.chunks, t.gate, t.model_id from replies r join traces t on t.reply_id = r.id limit 1"
    ).fetchone()
    assert row == ("answered", [{"chunk_id": 1, "uri": "a.md", "distance": 0.25}], {"nearest_alone": 0.25}, "model")


async def test_young_answers_prompt_goes_with_the_old_words_in_it(scene: Scene) -> None:
    """It holds the conversation; the young question and its answer stay."""
    root = scene.platform.message(f"my number is {MARKER}", mention=True)
    await scene.answered(root, Answer("noted", "answered", (), Trace()))
    scene.let_days_pass(KEEP_DAYS - 1)
    follow_up = scene.platform.message("what did I say?", thread=root.address.thread)
    await scene.answered(follow_up, Answer("a number", "answered", (), Trace(prompt=f"prompt {MARKER}")))
    scene.all_is_sent()
    scene.let_days_pass(2)
    await scene.erasure.erase()
    assert scene.rows_with(MARKER) == []
    kept = scene.sql.execute(
        "select m.text, r.text from messages m join replies r on r.message_id = m.id order by m.id"
    )
    assert kept.fetchall() == [("", ""), ("what did I say?", "a number")]


async def test_what_waits_is_kept_until_it_is_answered(scene: Scene) -> None:
    """However old it is."""
    message_id = await scene.put(scene.platform.message("hello", mention=True))
    scene.let_days_pass(KEEP_DAYS + 1)
    assert await scene.erasure.erase() == 0
    scene.store.reply(scene.taken(message_id), Answer("hi", "answered", (), Trace()))
    await scene.erasure.erase()
    rows = scene.sql.execute(
        "select m.text, d.text from messages m join deliveries d on d.message_id = m.id"
    ).fetchall()
    assert rows == [("", "hi")]
    scene.all_is_sent()
    await scene.erasure.erase()
    assert scene.sql.execute("select text from deliveries").fetchall() == [("",)]


async def test_batch_is_bounded(scene: Scene, async_pool: AsyncPool) -> None:
    """A year's texts go bit by bit."""
    erasure = Erasure(async_pool, KEEP_DAYS, batch=2)
    for _ in range(5):
        await scene.answered(scene.platform.message("hello", mention=True), Answer("hi", "answered", (), Trace()))
    scene.let_days_pass(KEEP_DAYS + 1)
    left = []
    for _ in range(3):
        await erasure.erase()
        left.append(scene.sql.execute("select count(*) from messages where text <> ''").fetchone())
    assert left == [(3,), (1,), (0,)]


async def test_texts_can_be_kept_for_ever(scene: Scene, async_pool: AsyncPool) -> None:
    """With 0 days."""
    await scene.answered(scene.platform.message("hello", mention=True), Answer("hi", "answered", (), Trace()))
    scene.let_days_pass(10_000)
    assert await Erasure(async_pool, keep_days=0).erase() == 0
    assert len(scene.rows_with("hello")) == 1


async def test_erased_message_is_neither_answered_anew_nor_tried_again(scene: Scene, database_url: str) -> None:
    """A late edit and `dead retry` find nothing that could be answered; a deletion still takes the reply away."""
    message = scene.platform.message("hello", mention=True)
    message_id = await scene.put(message)
    apology = Answer("sorry", "failed", (), Trace(error="ModelUnavailable"), is_dead=True)
    scene.store.reply(scene.taken(message_id), apology)
    scene.sql.execute("update deliveries set state = 'sent', platform_message_ids = '{p1}'")
    scene.let_days_pass(KEEP_DAYS + 1)
    await scene.erasure.erase()
    edited = scene.platform.message("hello there", message_id=message.address.message_id, mention=True)
    assert (await scene.inbox.edit(edited)).is_pending is False
    assert DeadMessages(database_url).retry(None) == []
    place = message.address
    await scene.inbox.delete(DeletedMessage(place.platform, place.workspace, place.channel, place.message_id))
    rows = scene.sql.execute("select text, state from deliveries where message_id = %s", [message_id]).fetchall()
    assert rows == [("", "pending")]

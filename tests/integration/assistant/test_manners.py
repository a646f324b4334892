"""What is stored, and where it is answered, by the manners of the channel."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from adapters.base import ReplyAddress
from assistant.conversations.deeds import deed_statement
from assistant.conversations.handoffs import Agents
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Answer, Forget, Rate, Trace
from assistant.conversations.store import ConversationStore
from assistant.database import AsyncPool
from assistant.manners import ChannelManners, Manners
from tests.fakes.platform import FakePlatform

AGENTS = Agents(ReplyAddress("fake", "", "C2", thread="", message_id="0", is_direct=True))
ANSWERED = Answer("thirty days", "answered", (), Trace())


def behaving(pool: AsyncPool, **manners: object) -> Inbox:
    return Inbox(pool, Manners(otherwise=ChannelManners.model_validate(manners)), editable=["fake"])


def stored(sql: psycopg.Connection) -> list[tuple[object, ...]]:
    return sql.execute("select text, state, is_overheard, may_preview from messages order by id").fetchall()


async def test_where_only_mentions_are_answered_the_rest_is_history(
    async_pool: AsyncPool, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """Also in the assistant's own thread."""
    inbox = behaving(async_pool, answer="mentions")
    root = platform.message("how long?", mention=True)
    await inbox.accept(root)
    for text, mention in (("for what?", False), ("and then?", True)):
        await inbox.accept(platform.message(text, thread=root.address.thread, mention=mention))
    assert stored(sql) == [
        ("how long?", "pending", False, True),
        ("for what?", "overheard", True, False),
        ("and then?", "pending", False, True),
    ]


async def test_overheard_question_waits_and_other_talk_is_not_stored(
    async_pool: AsyncPool, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """Only where the channel is set to it; what is said to somebody else is theirs."""
    inbox = behaving(async_pool, answer="overheard")
    assert (await inbox.accept(platform.message("how long do returns take?"))).is_pending
    assert not (await inbox.accept(platform.message("lunch is ready"))).is_pending
    assert not (await inbox.accept(platform.message("are you there?", mention_other=True))).is_pending
    assert stored(sql) == [("how long do returns take?", "pending", True, False)]


@pytest.mark.parametrize(
    ("manners", "expected"),
    [
        ({}, {"root": True, "follow-up": True}),
        ({"answer": "mentions"}, {"root": True, "follow-up": False}),
        ({"answer": "overheard"}, {"root": True, "follow-up": False}),
        ({"visible_to": "asker"}, {"root": True, "follow-up": True}),
    ],
    ids=str,
)
async def test_reply_is_waited_for_where_the_assistant_was_asked(
    async_pool: AsyncPool, platform: FakePlatform, manners: dict[str, object], expected: dict[str, bool]
) -> None:
    """Not where it may keep silent; the address is the one that the reply is sent to. A changed post is asked anew."""
    inbox = behaving(async_pool, **manners)
    root = platform.message("how long?", mention=True)
    follow_up = platform.message("how long for shoes?", thread=root.address.thread)
    accepted = [await inbox.accept(root), await inbox.accept(follow_up)]
    assert dict(zip(expected, (each.asked_at is not None for each in accepted), strict=True)) == expected
    visible_to = "U1" if manners.get("visible_to") else ""
    assert accepted[0].asked_at == replace(root.address, visible_to=visible_to)
    changed = await inbox.edit(replace(root, text="how much?", edited_at=root.sent_at))
    assert changed.asked_at == accepted[0].asked_at


async def test_silence_leaves_no_reply_and_lets_the_conversation_go_on(
    async_pool: AsyncPool, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """What was overheard is history then; who asks behind it is answered."""
    inbox = behaving(async_pool, answer="overheard")
    root = platform.message("how long?")
    first = await inbox.accept(root)
    await inbox.accept(platform.message("you, how long?", thread=root.address.thread, mention=True))
    assert first.message_id is not None
    work = store.take(first.message_id)
    assert work is not None
    assert work.question.is_overheard
    following = store.reply(work, replace(ANSWERED, is_silent=True))
    assert following is not None
    assert following.question.text == "you, how long?"
    assert sql.execute("select count(*) from deliveries").fetchone() == (0,)


async def test_thread_where_it_kept_silent_is_overheard_on(
    async_pool: AsyncPool, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """It is in a thread once it has spoken there."""
    inbox = behaving(async_pool, answer="overheard")
    root = platform.message("how long?")
    first = await inbox.accept(root)
    assert first.message_id is not None
    for silent, text in ((True, "what for?"), (False, "and then?")):
        work = store.take(first.message_id)
        assert work is not None
        store.reply(work, replace(ANSWERED, is_silent=silent))
        first = await inbox.accept(platform.message(text, thread=root.address.thread))
        assert first.message_id is not None
    assert [row[2] for row in stored(sql)] == [True, True, False]


async def test_in_the_channel_itself_each_person_has_a_conversation(
    async_pool: AsyncPool, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """Without a thread to belong to, other talk in the channel is nobody's follow-up, and one person's question none of
    another's."""
    inbox = behaving(async_pool, reply_in="channel")
    for text, mention, author in (
        ("one", True, "U1"),
        ("chat", False, "U1"),
        ("two", True, "U1"),
        ("three", True, "U2"),
    ):
        await inbox.accept(platform.message(text, mention=mention, author=author))
    assert [text for text, *_ in stored(sql)] == ["one", "two", "three"]
    threads = sql.execute(
        "select c.thread from messages m join conversations c on c.id = m.conversation_id order by m.id"
    )
    assert threads.fetchall() == [("@U1",), ("@U1",), ("@U2",)]
    addresses = sql.execute("select distinct reply_address->>'thread' from messages").fetchall()
    assert addresses == [("",)]


async def test_answers_for_the_asker_alone_are_conversations_of_their_own(
    async_pool: AsyncPool, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """What one person was told plays no part in what another is."""
    inbox = behaving(async_pool, visible_to="asker")
    root = platform.message("one", mention=True)
    await inbox.accept(root)
    await inbox.accept(platform.message("two", thread=root.address.thread, author="U2", mention=True))
    rows = sql.execute("select reply_address->>'visible_to', conversation_id, may_preview from messages").fetchall()
    assert [(visible_to, may_preview) for visible_to, _, may_preview in rows] == [("U1", False), ("U2", False)]
    assert len({conversation for _, conversation, _ in rows}) == 2


async def test_asking_by_command_is_ones_own_conversation(
    inbox: Inbox, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """It goes on with the next one, and is nobody else's."""
    for author in ("U1", "U2", "U1"):
        assert (await inbox.accept(platform.command("how long?", author=author))).is_pending
    rows = sql.execute("select author_id, conversation_id from messages order by id").fetchall()
    assert rows[0] == rows[2] != rows[1]


async def test_command_speaks_of_the_newest_conversation_of_its_author(
    inbox: Inbox, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """Where commands can't be given in threads."""
    for author in ("U1", "U1", "U2"):
        await inbox.accept(platform.message("hello", mention=True, author=author))
    await inbox.accept(platform.command("", "human"))
    rows = sql.execute("select conversation_id, command from messages order by id").fetchall()
    assert rows[3] == (rows[1][0], "human")


@pytest.mark.parametrize("text", ["/human", "/forget", "/sources", "/resume"])
async def test_typed_command_is_stored_as_such(
    inbox: Inbox, platform: FakePlatform, sql: psycopg.Connection, text: str
) -> None:
    """In a direct chat, where the platform knows no commands."""
    await inbox.accept(platform.message(text, direct=True))
    assert sql.execute("select command, text, state from messages").fetchone() == (text[1:], "", "pending")


async def test_knowledge_set_is_the_channels(
    async_pool: AsyncPool, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """A channel asks its own documents."""
    inbox = Inbox(async_pool, Manners({"fake:C2": {"knowledge_set": "bank"}}))
    for channel in ("C1", "C2"):
        await inbox.accept(platform.message("hello", channel=channel, mention=True))
    rows = sql.execute("select channel, knowledge_set from conversations order by id").fetchall()
    assert rows == [("C1", "default"), ("C2", "bank")]


async def said_and_answered(inbox: Inbox, platform: FakePlatform, store: ConversationStore, author: str) -> int:
    accepted = await inbox.accept(platform.message("my secret", author=author, direct=True))
    assert accepted.message_id is not None
    work = store.take(accepted.message_id)
    assert work is not None
    store.reply(work, replace(ANSWERED, trace=Trace(prompt="my secret")))
    return accepted.message_id


async def test_who_wishes_to_be_forgotten_is_erased_everywhere(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """Words, name, answers and what explains them; other people's stay."""
    await said_and_answered(inbox, platform, store, "U1")
    await said_and_answered(inbox, platform, store, "U2")
    sql.execute("update deliveries set state = 'sent'")
    accepted = await inbox.accept(platform.message("/forget", author="U1", direct=True))
    assert accepted.message_id is not None
    work = store.take(accepted.message_id)
    assert work is not None
    assert work.question.command == "forget"
    store.reply(work, Answer("done", "commanded", (), Trace(), deed=Forget()))
    rows = sql.execute(
        "select m.author_id, m.text, m.author_name, m.state, r.text, t.prompt, d.text, d.state from messages m"
        " left join replies r on r.message_id = m.id left join traces t on t.reply_id = r.id"
        " left join deliveries d on d.message_id = m.id order by m.id"
    ).fetchall()
    assert rows == [
        ("U1", "", "", "deleted", None, None, "", "sent"),
        ("U2", "my secret", "Person U2", "answered", "thirty days", "my secret", "thirty days", "sent"),
        ("U1", "", "", "answered", "done", "", "done", "pending"),
    ]


async def test_second_answer_that_did_not_help_calls_a_human_once(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """A changed mind counts as it is; without agents nobody is called."""
    for _ in range(3):
        await said_and_answered(inbox, platform, store, "U1")
    replies = [row[0] for row in sql.execute("select id from replies order by id").fetchall()]
    ratings = [(replies[0], -1), (replies[0], 1), (replies[1], -1), (replies[0], -1), (replies[2], -1)]
    accepted = await inbox.accept(platform.message("👎", direct=True))
    assert accepted.message_id is not None
    work = store.take(accepted.message_id)
    assert work is not None
    called = []
    for reply_id, rating in ratings:
        statement, facts = deed_statement(work, Rate(rating, reply_id), AGENTS)  # type: ignore[arg-type]
        called.append(sql.execute(statement, facts).fetchone() is not None)
    assert called == [False, False, False, True, False]
    assert sql.execute("select count(*) from ratings").fetchone() == (3,)

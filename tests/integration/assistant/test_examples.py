"""Examples for prompts: what people found good, as far as everybody of the channel could see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import psycopg
import pytest
from psycopg_pool import ConnectionPool

from adapters.base import IncomingMessage
from assistant.answering.examples import MOST_EXAMPLES, Examples
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Answer, Forget, Lease, Outdated, Trace, Work
from assistant.conversations.rated import RatedExchanges
from assistant.conversations.store import ConversationStore
from assistant.embedding.base import EmbeddingModel, Vectors
from assistant.vector_store.base import Chunk, Document
from assistant.vector_store.pgvector import PgVectorStore
from assistant.vector_store.scope import EVERYONE, Scope
from tests.fakes.embedder import TopicEmbedder
from tests.fakes.platform import FakePlatform

MODEL = EmbeddingModel("test-model", 2)
SCOPE = Scope.of("default")


class Embeds:
    """Knows topics; counts what it embeds."""

    def __init__(self) -> None:
        self._embedder = TopicEmbedder("returns", "shipping")
        self.embedded_texts: list[str] = []

    def embedded(self, scope: Scope, texts: Sequence[str]) -> tuple[str, Vectors] | None:
        self.embedded_texts += texts
        return "topics", self._embedder.embed_queries(texts)


@dataclass
class Channel:
    """A channel in which things are asked, answered and rated."""

    inbox: Inbox
    platform: FakePlatform
    store: ConversationStore
    sql: psycopg.Connection
    rated: RatedExchanges

    async def taken(self, message: IncomingMessage) -> Work:
        accepted = await self.inbox.accept(message)
        work = self.store.take(accepted.message_id or 0)
        assert work is not None
        return work

    async def answered(self, message: IncomingMessage, *ratings: int, chunk_ids: tuple[int, ...] = ()) -> int:
        """The id of the reply to the message, rated so."""
        work = await self.taken(message)
        answer = Answer(f"re: {message.text}", "answered", (), Trace(prompt="p"), chunk_ids=chunk_ids)
        self.store.reply(work, answer)
        row = self.sql.execute("select id from replies order by id desc limit 1").fetchone()
        assert row is not None
        for number, rating in enumerate(ratings):
            self.sql.execute("insert into ratings values (%s, %s, %s)", [row[0], f"R{number}", rating])
        return int(row[0])

    def seen(self, channel: str = "C1", *, workspace: str = "W1", knowledge_set: str = "default") -> list[str]:
        """The questions of the exchanges that can be examples there."""
        lease = Lease(0, 0, knowledge_set, "fake", workspace, channel)
        return [each.question for each in self.rated.seen_in(lease, [EVERYONE])]


@pytest.fixture
def channel(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection, pool: ConnectionPool
) -> Channel:
    return Channel(inbox, platform, store, sql, RatedExchanges(pool))


async def test_only_what_was_found_good_by_all_who_rated_it_is_an_example(channel: Channel) -> None:
    """The newest first."""
    for text, ratings in (("good", (1, 1)), ("doubtful", (1, -1)), ("bad", (-1,)), ("unrated", ()), ("new", (1,))):
        await channel.answered(channel.platform.message(text, mention=True), *ratings)
    assert channel.seen() == ["new", "good"]


async def test_no_example_leaves_its_channel(channel: Channel) -> None:
    """Nor a one-to-one chat, what one person alone was shown, a workspace or a knowledge set."""
    platform = channel.platform
    await channel.answered(platform.message("open", mention=True), 1)
    await channel.answered(platform.message("direct", direct=True), 1)
    await channel.answered(platform.command("whispered"), 1)
    assert channel.seen() == ["open"]
    assert channel.seen("D-U1") == []
    assert channel.seen("C2") == []
    assert channel.seen(workspace="W2") == []
    assert channel.seen(knowledge_set="other") == []


async def test_own_conversation_is_no_example(channel: Channel) -> None:
    """It is history already."""
    await channel.answered(channel.platform.message("open", mention=True), 1)
    row = channel.sql.execute("select id from conversations").fetchone()
    assert row is not None
    assert channel.rated.seen_in(Lease(row[0], 0, "default", "fake", "W1", "C1"), [EVERYONE]) == []


async def test_what_is_withdrawn_erased_or_of_another_audience_is_no_example(
    channel: Channel, pool: ConnectionPool
) -> None:
    """From then on."""
    documents = PgVectorStore(pool)
    knowledge = documents.open_set("default", MODEL)
    chunk = Chunk("fees", (), "", 1)
    vectors = {chunk.key: np.ones((1, 2), dtype=np.float32)}
    documents.replace_document(knowledge, Document("a.md", "A", "0"), [chunk], vectors)
    row = channel.sql.execute("select id from chunks").fetchone()
    assert row is not None
    reply_id = await channel.answered(channel.platform.message("fees?", mention=True), 1, chunk_ids=(row[0],))
    assert channel.seen() == ["fees?"]
    documents.replace_document(knowledge, Document("a.md", "A", "0", audience=("staff",)), [chunk], vectors)
    channel.sql.execute("update chunks set audience = '{staff}'")
    assert channel.seen() == []
    channel.sql.execute("update chunks set audience = '{everyone}'")
    channel.sql.execute("update replies set is_withdrawn = true where id = %s", [reply_id])
    assert channel.seen() == []
    channel.sql.execute("update replies set is_withdrawn = false")
    channel.sql.execute("update messages set erased_at = now()")
    assert channel.seen() == []


async def test_nearest_examples_are_shown_and_embedded_once(channel: Channel) -> None:
    """At most three."""
    for text in ("shipping now", "returns one", "returns two", "returns three", "returns four"):
        await channel.answered(channel.platform.message(text, mention=True), 1)
    embeds = Embeds()
    examples = Examples(channel.rated, embeds)
    lease = Lease(0, 0, "default", "fake", "W1", "C1")
    found = examples.nearest(lease, SCOPE, "how do returns work?")
    assert [each.question for each in found] == ["returns four", "returns three", "returns two"]
    assert len(found) == MOST_EXAMPLES
    assert found[0].reply == "re: returns four"
    examples.nearest(lease, SCOPE, "shipping?")
    assert len(embeds.embedded_texts) == 7


async def test_answer_after_a_forgotten_example_is_void_or_erased(channel: Channel) -> None:
    """Whether it was under way or given: the example stands in its prompt."""
    platform = channel.platform
    reply_id = await channel.answered(platform.message("my secret", mention=True), 1)
    trace = Trace(prompt="as in: my secret", example_ids=(reply_id,))
    given = await channel.taken(platform.message("one", mention=True, author="U2"))
    channel.store.reply(given, Answer("my secret", "answered", (), trace))
    under_way = await channel.taken(platform.message("two", mention=True, author="U2"))
    channel.sql.execute("update deliveries set state = 'sent'")
    forget = await channel.taken(platform.message("/forget", direct=True))
    channel.store.reply(forget, Answer("done", "commanded", (), Trace(), deed=Forget()))
    with pytest.raises(Outdated):
        channel.store.reply(under_way, Answer("my secret", "answered", (), trace))
    kept = channel.sql.execute(
        "select m.text, r.text, t.prompt, d.text from messages m join replies r on r.message_id = m.id"
        " join traces t on t.reply_id = r.id join deliveries d on d.message_id = m.id where m.author_id = 'U2'"
    ).fetchall()
    assert kept == [("one", "", "", "")]

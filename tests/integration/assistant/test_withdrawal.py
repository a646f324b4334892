"""Documents are removed or changed: from then on nothing is said from their old text, whatever was under way."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass

import numpy as np
import psycopg
import pytest
from psycopg_pool import ConnectionPool

from adapters.base import Source
from assistant.conversations.deliveries import Deliveries
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Answer, LeaseLost, Outdated, Trace, Work
from assistant.conversations.past import ConversationPast
from assistant.conversations.store import ConversationStore
from assistant.database import AsyncPool
from assistant.embedding.base import EmbeddingModel
from assistant.vector_store.base import Chunk, Document
from assistant.vector_store.pgvector import PgVectorStore
from tests.fakes.platform import FakePlatform
from tests.fakes.until import until

MODEL = EmbeddingModel("test-model", 2)


@dataclass
class Scene:
    """What people ask and what documents say, with the ids of the chunks of a first document by text."""

    inbox: Inbox
    platform: FakePlatform
    store: ConversationStore
    documents: PgVectorStore
    sql: psycopg.Connection
    chunk_ids: dict[str, int]

    async def asked(self, thread: str = "") -> Work:
        """A question, and a worker's turn to answer it."""
        accepted = await self.inbox.accept(self.platform.message("hello", mention=True, thread=thread))
        assert accepted.message_id is not None
        return self.retaken(accepted.message_id)

    def retaken(self, message_id: int) -> Work:
        work = self.store.take(message_id)
        assert work is not None
        return work

    def visible(self) -> list[tuple[str, str]]:
        """What shall be visible, and how far it is."""
        return self.sql.execute("select text, state from deliveries order by id").fetchall()


@pytest.fixture
def scene(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, pool: ConnectionPool, sql: psycopg.Connection
) -> Scene:
    documents = PgVectorStore(pool)
    put(documents, "fees", "hours")
    chunk_ids: dict[str, int] = dict(sql.execute("select text, id from chunks").fetchall())
    return Scene(inbox, platform, store, documents, sql, chunk_ids)


def put(documents: PgVectorStore, *texts: str) -> None:
    """Make these the document's chunks."""
    chunks = [Chunk(text, (), "", 1) for text in texts]
    vectors = {chunk.key: np.ones((1, 2), dtype=np.float32) for chunk in chunks}
    documents.replace_document(documents.open_set("default", MODEL), Document("a.md", "A", "0"), chunks, vectors)


def said(text: str, *chunk_ids: int) -> Answer:
    return Answer(text, "answered", (Source(1, "A"),), Trace(), chunk_ids=chunk_ids)


async def test_answer_made_of_a_text_that_is_gone_is_not_stored(scene: Scene) -> None:
    """The lease is still held, so that it can be answered anew at once."""
    work = await scene.asked()
    scene.documents.remove_documents("default", ["a.md"])
    with pytest.raises(Outdated):
        scene.store.reply(work, said("it costs ten", scene.chunk_ids["fees"]))
    assert scene.visible() == []
    scene.store.reply(work, said("I don't know"))
    assert scene.visible() == [("I don't know", "pending")]


async def test_preview_of_a_text_that_is_gone_is_not_shown(scene: Scene) -> None:
    """Neither one that comes later, nor what was visible already; and what is being written is void."""
    work = await scene.asked()
    scene.store.preview(work, "it costs", (), [scene.chunk_ids["fees"]])
    scene.documents.remove_documents("default", ["a.md"])
    assert scene.visible() == [("", "pending")]
    scene.store.preview(work, "it costs ten", (), [scene.chunk_ids["fees"]])
    assert scene.visible() == [("", "pending")]
    with pytest.raises(LeaseLost):
        scene.store.reply(work, said("it costs ten", scene.chunk_ids["fees"]))


async def test_answer_that_is_not_sent_yet_is_made_anew(scene: Scene) -> None:
    """Its message waits again; its delivery shows nothing until then."""
    work = await scene.asked()
    scene.store.reply(work, said("it costs ten", scene.chunk_ids["fees"]))
    put(scene.documents, "new fees", "hours")
    assert scene.visible() == [("", "pending")]
    again = scene.retaken(work.messages[0].id)
    scene.store.reply(again, said("it costs twenty"))
    assert scene.visible() == [("it costs twenty", "pending")]
    assert scene.sql.execute("select text, is_withdrawn from replies").fetchall() == [("it costs twenty", False)]


async def test_answer_from_what_did_not_change_stays(scene: Scene) -> None:
    """Another chunk of the same document was changed, and this one has moved."""
    work = await scene.asked()
    scene.store.reply(work, said("we open at nine", scene.chunk_ids["hours"]))
    put(scene.documents, "new fees", "more", "hours")
    assert scene.visible() == [("we open at nine", "pending")]


async def test_what_was_said_is_no_part_of_the_history(scene: Scene, pool: ConnectionPool) -> None:
    """The question stays; its answer and sources, although people have seen them, are used no more."""
    first = scene.platform.message("hello", mention=True)
    accepted = await scene.inbox.accept(first)
    assert accepted.message_id is not None
    work = scene.retaken(accepted.message_id)
    scene.store.reply(work, said("it costs ten", scene.chunk_ids["fees"]))
    scene.sql.execute("update deliveries set state = 'sent'")
    assert ConversationPast(pool).last_sources(work.lease) == (Source(1, "A"),)
    scene.documents.remove_documents("default", ["a.md"])
    assert scene.visible() == [("it costs ten", "sent")]
    later = await scene.asked(first.address.thread)
    assert [(turn.text, turn.reply) for turn in later.history] == [("hello", "")]
    assert ConversationPast(pool).last_sources(work.lease) == ()


async def test_what_was_said_after_it_is_withdrawn_too(scene: Scene) -> None:
    """It may repeat what stood in the history; of another conversation nothing is."""
    first = scene.platform.message("hello", mention=True)
    accepted = await scene.inbox.accept(first)
    assert accepted.message_id is not None
    scene.store.reply(scene.retaken(accepted.message_id), said("it costs ten", scene.chunk_ids["fees"]))
    scene.store.reply(await scene.asked(first.address.thread), said("as I said, ten", scene.chunk_ids["hours"]))
    scene.store.reply(await scene.asked(), said("at nine", scene.chunk_ids["hours"]))
    put(scene.documents, "new fees", "hours")
    assert [text for text, _ in scene.visible()] == ["", "", "at nine"]
    withdrawn = scene.sql.execute("select text, is_withdrawn from replies order by id").fetchall()
    assert withdrawn == [("it costs ten", True), ("as I said, ten", True), ("at nine", False)]


async def test_answer_made_of_a_history_that_was_withdrawn_is_not_stored(scene: Scene) -> None:
    """Its own passages are all there; what it was told of the conversation is not true any more."""
    first = scene.platform.message("hello", mention=True)
    accepted = await scene.inbox.accept(first)
    assert accepted.message_id is not None
    scene.store.reply(scene.retaken(accepted.message_id), said("it costs ten", scene.chunk_ids["fees"]))
    scene.sql.execute("update deliveries set state = 'sent'")
    later = await scene.asked(first.address.thread)
    assert [turn.reply for turn in later.history] == ["it costs ten"]
    put(scene.documents, "new fees", "hours")
    with pytest.raises(Outdated):
        scene.store.reply(later, said("as I said, ten", scene.chunk_ids["hours"]))
    scene.store.release([later.lease])
    assert [turn.reply for turn in scene.retaken(later.messages[0].id).history] == [""]


async def test_removing_returns_when_nothing_old_is_on_its_way(scene: Scene, async_pool: AsyncPool) -> None:
    """A gateway is just sending the old text; after that it takes it back."""
    work = await scene.asked()
    scene.store.reply(work, said("it costs ten", scene.chunk_ids["fees"]))
    deliveries = Deliveries(async_pool, "gateway-1")
    [claimed] = await deliveries.claim("fake", None, 10)
    removed = threading.Event()

    def remove() -> None:
        scene.documents.remove_documents("default", ["a.md"])
        removed.set()

    removing = asyncio.create_task(asyncio.to_thread(remove))
    await until(lambda: scene.visible() == [("", "sending")])
    assert not removed.is_set()
    await deliveries.finish(claimed, "sent", 1, ["m1"])
    await removing
    [again] = await deliveries.claim("fake", None, 10)
    assert (again.reply, again.shown) == (None, ("m1",))


async def test_dead_gateway_is_not_waited_for(scene: Scene, async_pool: AsyncPool) -> None:
    """Its claim has run out: whoever takes the delivery over finds nothing to be shown."""
    work = await scene.asked()
    scene.store.reply(work, said("it costs ten", scene.chunk_ids["fees"]))
    await Deliveries(async_pool, "gateway-1").claim("fake", None, 10)
    scene.sql.execute("update deliveries set claimed_until = now() - interval '1 second'")
    await asyncio.to_thread(scene.documents.remove_documents, "default", ["a.md"])
    assert scene.visible() == [("", "sending")]


async def test_conversation_of_a_human_is_not_answered_anew(scene: Scene) -> None:
    """What was not sent yet is dropped; the human answers."""
    work = await scene.asked()
    scene.store.reply(work, said("it costs ten", scene.chunk_ids["fees"]))
    scene.sql.execute(
        "insert into handoffs (conversation_id, reason, due_at) select id, 'asked', now() + interval '1 hour'"
        " from conversations"
    )
    scene.documents.remove_documents("default", ["a.md"])
    assert scene.visible() == [("", "pending")]
    assert scene.sql.execute("select state from messages").fetchall() == [("answered",)]


async def test_answers_and_removals_at_the_same_time_do_not_block_each_other(
    scene: Scene, pool: ConnectionPool
) -> None:
    """Twenty conversations are answered from a document that changes all the time: each reply is stored once, and none
    that is not withdrawn was made of a chunk that is gone."""
    stopping = threading.Event()

    def change() -> None:
        version = 0
        while not stopping.is_set():
            version += 1
            put(scene.documents, *(f"{version} {number}" for number in range(5)))

    def answer(work: Work) -> None:
        while True:
            with pool.connection() as connection:
                ids = [row[0] for row in connection.execute("select id from chunks order by random()")]
            try:
                scene.store.reply(work, said("from these", *ids))
                return
            except Outdated:
                continue
            except LeaseLost:
                work = scene.retaken(work.messages[0].id)

    works = [await scene.asked() for _ in range(20)]
    changing = asyncio.create_task(asyncio.to_thread(change))
    await asyncio.gather(*(asyncio.to_thread(answer, work) for work in works))
    stopping.set()
    await changing
    stale = "select count(*) from replies where not is_withdrawn and not chunk_ids <@ array(select id from chunks)"
    assert scene.sql.execute(stale).fetchone() == (0,)
    assert scene.sql.execute("select count(*) from replies").fetchone() == (20,)

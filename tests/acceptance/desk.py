"""The whole of Llamadesk in one process, on real Postgres and Redis: gateway, worker, retrieval, prompt, and a client
of a model server. Only the chat platform and the model behind its server are fakes, each on a real socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, closing
from functools import partial

from adapters.base import ChatAdapter
from assistant.answer import Answerer, AnswerPolicy
from assistant.answer_threads import AnswerThreads
from assistant.conversations.handoffs import UNATTENDED, Agents
from assistant.conversations.past import ConversationPast
from assistant.conversations.store import ConversationStore
from assistant.database import open_pool, open_reader_pool
from assistant.embedding.base import Embedder
from assistant.gateway import Gateway
from assistant.http import listening
from assistant.leases import LeaseRenewer
from assistant.llm.base import Deadlines
from assistant.llm.tgi import TgiModel
from assistant.manners import Manners
from assistant.presence import Live, LiveLock
from assistant.queue import WakeUpQueue
from assistant.queue_threads import QueueThreads
from assistant.reception import Reception
from assistant.retrieve import Retriever
from assistant.vector_store.chunk_search import PgChunkSearch
from assistant.vector_store.pgvector import PgVectorStore
from assistant.worker import ConversationWorker
from prompts.persona import load_persona
from tests.acceptance.shop import stock
from tests.fakes.knowledge_models import OneModel

STOP_S = 30.0
ALL_ALIKE = Manners()


@asynccontextmanager
async def desk(
    database_url: str,
    redis_url: str,
    embedder: Embedder,
    tgi_url: str,
    *adapters: ChatAdapter,
    manners: Manners = ALL_ALIKE,
    agents: Agents = UNATTENDED,
) -> AsyncIterator[str]:
    """Serve the adapters while the block runs, from the shop's FAQ; gives the address that the gateway listens at."""
    queue = WakeUpQueue(redis_url)
    served = {adapter.platform: adapter for adapter in adapters}
    gateway = Gateway(database_url, queue, served, manners, agents=agents)
    with closing(queue):
        async with (
            working(database_url, redis_url, embedder, tgi_url, manners=manners, agents=agents),
            listening(gateway, adapters, "127.0.0.1", 0) as address,
            gateway.running(),
        ):
            yield address


@asynccontextmanager
async def working(
    database_url: str,
    redis_url: str,
    embedder: Embedder,
    tgi_url: str,
    *,
    manners: Manners = ALL_ALIKE,
    agents: Agents = UNATTENDED,
) -> AsyncIterator[None]:
    """A worker that knows the shop's FAQ, while the block runs; the gateway is somebody else's."""
    with ExitStack() as stack:
        start = partial(_start_worker, manners=manners, agents=agents)
        await asyncio.to_thread(start, stack, database_url, redis_url, embedder, tgi_url)
        yield
        await asyncio.to_thread(stack.close)


def _start_worker(
    stack: ExitStack,
    database_url: str,
    redis_url: str,
    embedder: Embedder,
    tgi_url: str,
    *,
    manners: Manners,
    agents: Agents,
) -> None:
    pool = stack.enter_context(open_pool(database_url, 8))
    vectors = PgVectorStore(pool)
    stock(vectors, embedder)
    model = TgiModel(tgi_url)
    stack.callback(model.close)
    policy = AnswerPolicy(load_persona("default"), 0.6, 200, 0.1, 1.1, Deadlines(total_s=30))
    search = PgChunkSearch(stack.enter_context(open_reader_pool(database_url, 4)))
    answerer = Answerer(Retriever(OneModel(embedder), search, 5), model, policy)
    answers = Reception(answerer, ConversationPast(pool), manners, agents, load_persona)
    store = ConversationStore(pool, "worker", agents)
    renewer = LeaseRenewer(store, LiveLock(database_url, Live.WORKER))
    worker = ConversationWorker(store, answers, renewer)
    answering = AnswerThreads(4, worker.answer_message)
    queue = QueueThreads(redis_url, answering.submit)
    renewer.start()
    stack.callback(renewer.stop)
    queue.start()
    stack.callback(lambda: queue.stop(time.monotonic() + STOP_S))
    stack.callback(lambda: answering.stop(time.monotonic() + STOP_S))
    stack.callback(worker.stop)

"""A worker without model and knowledge, behind a gateway of the test's own and a platform in memory."""

from __future__ import annotations

import time

from adapters.base import IncomingMessage
from assistant.answer_threads import AnswerThreads
from assistant.conversations.handoffs import UNATTENDED, Agents
from assistant.conversations.store import ConversationStore
from assistant.database import open_pool
from assistant.leases import LeaseRenewer
from assistant.presence import Live, LiveLock
from assistant.queue_threads import QueueThreads
from assistant.worker import ConversationWorker
from tests.fakes.answers import ScriptedAnswers
from tests.fakes.platform import FakePlatform
from tests.fakes.until import until

THREADS = 4


class Desk:
    """A running gateway, and a worker that is started and stopped."""

    def __init__(self, database_url: str, redis_url: str, platform: FakePlatform, agents: Agents = UNATTENDED) -> None:
        self.answers = ScriptedAnswers()
        self.platform = platform
        self.redis_url = redis_url
        self._pool = open_pool(database_url, 8)
        store = ConversationStore(self._pool, "worker-1", agents)
        self._renewer = LeaseRenewer(store, LiveLock(database_url, Live.WORKER))
        self.worker = ConversationWorker(store, self.answers, self._renewer)
        self._answering = AnswerThreads(THREADS, self.worker.answer_message)
        self._queue = QueueThreads(redis_url, self._answering.submit)

    def start_worker(self) -> None:
        self._renewer.start()
        self._queue.start()

    def stop_worker(self) -> bool:
        deadline = time.monotonic() + 30
        self.worker.stop()
        ended = [self._answering.stop(deadline), self._queue.stop(deadline)]
        self._renewer.stop()
        self._pool.close()
        return all(ended)

    async def say(self, text: str, thread: str = "") -> IncomingMessage:
        message = self.platform.message(text, mention=not thread, thread=thread)
        await self.platform.people_say(message)
        return message

    async def sees(self, *texts: str) -> None:
        """Return once exactly these replies, in any order, are visible."""
        await until(lambda: len(self.platform.shown) >= len(texts))
        assert sorted(shown.text for shown in self.platform.shown) == sorted(texts)

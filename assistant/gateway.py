"""The gateway: stores what people write before their platform is told so, and sends the replies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import uuid
from collections.abc import AsyncIterator, Mapping

import psycopg
from psycopg import AsyncConnection

from adapters.base import ChatAdapter, IncomingEvent
from assistant.admission import UNLIMITED, Admission, AdmissionLimits, Taken
from assistant.conversations.deliveries import DELIVERY_CHANNEL, Deliveries
from assistant.conversations.erasure import Erasure
from assistant.conversations.handoffs import UNATTENDED, Agents, Handoffs
from assistant.conversations.inbox import Inbox
from assistant.conversations.missed import find_missed
from assistant.conversations.notices import Notices
from assistant.database import database_errors, new_async_pool
from assistant.errors import DatabaseUnavailable
from assistant.manners import Manners
from assistant.platforms import Platforms
from assistant.queue import WakeUpQueue
from assistant.sender import Sender
from assistant.sweeper import Sweeper
from assistant.waking import Waker
from assistant.working import Working

_log = logging.getLogger(__name__)

STORE_S = 2.5
STORE_RETRY_S = 0.1
"""A platform that was refused an event delivers it again a minute later, behind newer ones; Slack waits 3 s at most."""
POLL_S = 1.0
"""Deliveries are announced by NOTIFY; this often they are looked for all the same (retries, lost connections)."""
MAX_POOL = 10

_COUNTS = """
select 'message', state, count(*) from messages group by state
union all select 'delivery', state, count(*) from deliveries group by state
order by 1, 2
"""


class Gateway:
    """Serves the given adapters, by platform, with the given manners. `agents` are called where a human is needed. With
    `workspace` only that workspace's replies are sent. `keep_days`: see Erasure."""

    def __init__(
        self,
        database_url: str,
        queue: WakeUpQueue,
        adapters: Mapping[str, ChatAdapter],
        manners: Manners,
        *,
        agents: Agents = UNATTENDED,
        workspace: str | None = None,
        limits: AdmissionLimits = UNLIMITED,
        keep_days: float = 0.0,
    ) -> None:
        self._database_url = database_url
        self._queue = queue
        self._waker = Waker(queue)
        self._adapters = adapters
        self._workspace = workspace
        self._pool = new_async_pool(database_url, MAX_POOL)
        editable = [platform for platform, adapter in adapters.items() if adapter.capabilities.edits]
        self._handoffs = Handoffs(self._pool, manners, agents)
        notices, erasure = Notices(self._pool, manners), Erasure(self._pool, keep_days)
        self._sweeper = Sweeper(self._pool, queue, notices, self._handoffs, erasure)
        inbox = Inbox(self._pool, manners, agents, editable)
        self._admission = Admission(inbox, self._handoffs, manners, limits, lambda: self._sweeper.waiting)
        self._platforms = Platforms(adapters, self.on_event, lambda platform: find_missed(self._pool, platform))
        self._working = Working(adapters)
        self._due = asyncio.Event()
        self._in_hand = 0
        deliveries = Deliveries(self._pool, _owner())
        self._sender = Sender(deliveries, adapters, self._due.set, self._is_flooded, self._working.end)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connected and serving while the block runs. Raises DatabaseUnavailable, AdapterError."""
        try:
            with database_errors():
                await self._pool.open(wait=True, timeout=10)
        except DatabaseUnavailable:
            await self._pool.close()
            raise
        works = (self._listen(), self._waker.run(), self._sweeper.run(), self._sender.renew_claims())
        tasks = [asyncio.create_task(work) for work in works]
        try:
            await self._platforms.start()
            async with self._sending():
                yield
        finally:
            await self._working.close()
            await self._platforms.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._pool.close()

    @contextlib.asynccontextmanager
    async def _sending(self) -> AsyncIterator[None]:
        """Send while the block runs. Ended by asking, not by cancelling: a claim that nobody sends would run out, and
        where sends can't be repeated the reply would never be shown."""
        stopping = asyncio.Event()
        task = asyncio.create_task(self._send_due(stopping))
        try:
            yield
        finally:
            stopping.set()
            self._due.set()
            await task
            await self._sender.finish()

    async def on_event(self, event: IncomingEvent) -> str | None:
        """Commit what somebody wrote, changed, deleted or pressed, and have a worker woken. Returns once it is safe,
        with a word for whoever pressed; raises DatabaseUnavailable otherwise."""
        self._in_hand += 1
        try:
            taken = await self._stored(event)
        finally:
            self._in_hand -= 1
        if taken.message_id is not None:
            _log.info("message was stored", extra={"action": "accept", "message_id": taken.message_id})
            self._waker.wake(taken.message_id)
            if taken.asked_at is not None and not self._is_flooded():
                self._working.begin(taken.asked_at)
        return taken.word

    def _is_flooded(self) -> bool:
        """Whether what comes in can hardly be stored in time."""
        return self._in_hand > MAX_POOL // 2

    async def _stored(self, event: IncomingEvent) -> Taken:
        """Store the event, trying for STORE_S: after a restart of Postgres each old connection fails once."""
        failure = DatabaseUnavailable("Postgres doesn't answer in time: look what holds it up")
        try:
            async with asyncio.timeout(STORE_S):
                while True:
                    try:
                        return await self._admission.take(event)
                    except DatabaseUnavailable as exc:
                        failure = exc
                    await self._pool.check()
                    await asyncio.sleep(STORE_RETRY_S)
        except TimeoutError:
            raise failure from None

    async def check(self) -> None:
        """Raise what is wrong with Postgres or Redis, if anything is."""
        with database_errors():
            async with self._pool.connection() as connection:
                await connection.execute("select 1")
        await asyncio.to_thread(self._queue.check)

    async def counts(self) -> list[tuple[str, str, int]]:
        """How many messages and deliveries there are, by kind and state. Raises DatabaseUnavailable."""
        with database_errors():
            async with self._pool.connection() as connection:
                cursor = await connection.execute(_COUNTS)
                return await cursor.fetchall()

    async def _listen(self) -> None:
        """Hear of committed replies; start anew when the connection is lost."""
        while True:
            try:
                async with await AsyncConnection.connect(self._database_url, autocommit=True) as connection:
                    await connection.execute(f"listen {DELIVERY_CHANNEL}")
                    async for _ in connection.notifies():
                        self._due.set()
            except psycopg.Error as exc:
                _log.warning("lost the database's announcements", extra={"error": type(exc).__name__})
            await asyncio.sleep(POLL_S)

    async def _send_due(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            # asyncio.wait_for of Python 3.11 can swallow a cancellation that comes together with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._due.wait()
            self._due.clear()
            for platform in self._adapters:
                if stopping.is_set():
                    return
                try:
                    await self._sender.send_due(platform, self._workspace)
                except Exception as exc:  # noqa: BLE001 (whatever it is, the next round must come)
                    _log.warning("deliveries could not be claimed", extra={"error": type(exc).__name__})
                    await self._pool.check()


def _owner() -> str:
    """Names this gateway process among all."""
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"

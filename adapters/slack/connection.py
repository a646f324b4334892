"""The Socket Mode connection, on Slack's own client, made so that it always comes back, unless its token is refused."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.errors import AdapterError, RateLimited
from adapters.running import Running
from adapters.slack.app import bolt_request
from adapters.slack.body import is_modest
from adapters.slack.failures import TokenRefused
from adapters.slack.web import SDK_LOGGER

LOG = logging.getLogger(__name__)


class Connection(SocketModeClient):
    """Gives each event to the Bolt app, and acknowledges it when the app has.

    An address of Socket Mode opens one connection. The SDK (3.47) tries a failed one again with the same address, for
    ever: here each attempt has an address of its own from `new_address`, `ping_interval_s` after the last, and ends
    after `timeout_s`. When the token is refused, `on_refused` is told, and nothing is tried again.
    """

    def __init__(
        self,
        app: AsyncApp,
        client: AsyncWebClient,
        new_address: Callable[[], Awaitable[str]],
        on_refused: Callable[[TokenRefused], None],
        *,
        ping_interval_s: float,
        timeout_s: float,
    ) -> None:
        # The SDK asks for an address through `issue_new_wss_url` alone: it needs no token.
        super().__init__("", logger=SDK_LOGGER, web_client=client, ping_interval=ping_interval_s)
        self._app = app
        self._new_address = new_address
        self._on_refused = on_refused
        self._timeout_s = timeout_s
        self._running = Running()
        self.socket_mode_request_listeners.append(self._dispatch)  # type: ignore[arg-type]

    async def issue_new_wss_url(self) -> str:
        return await self._new_address()

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Connect again, unless another task is about to, or has. An address is asked for in `connect`."""
        before = self.current_session
        async with self.connect_operation_lock:
            is_asked_for = force and self.current_session is before
            if not self.closed and (is_asked_for or not await self.is_connected()):
                await self.connect()

    async def connect(self) -> None:
        """Return once connected, or closed. `wss_uri` is the address to begin with, if there is one."""
        while not self.closed:
            pause_s = self.ping_interval
            try:
                await self._connect_once()
                return
            except TokenRefused as error:
                self.give_up()
                self._on_refused(error)
                return
            except (AdapterError, aiohttp.ClientError, OSError) as error:
                facts = {"action": "connect", "platform": "slack", "error": type(error).__name__}
                LOG.warning("Slack's Socket Mode can't be reached yet", extra=facts)
                if isinstance(error, RateLimited):
                    pause_s = max(pause_s, error.retry_after_s)
            await asyncio.sleep(pause_s)

    async def _connect_once(self) -> None:
        address, self.wss_uri = self.wss_uri or await self.issue_new_wss_url(), None
        # The old connection first: Slack allows ten of them.
        if self.current_session is not None:
            await self.current_session.close()
        async with asyncio.timeout(self._timeout_s):
            session = await self.aiohttp_client_session.ws_connect(
                address,
                autoping=False,
                heartbeat=self.ping_interval,
                proxy=self.proxy,
                ssl=self.web_client.ssl if self.web_client.ssl is not None else True,
            )
        # The last answer to a ping was the old connection's.
        self.current_session, self.stale, self.last_ping_pong_time = session, False, None
        self.current_session_monitor = _follow(self.current_session_monitor, self.monitor_current_session())
        self.message_receiver = _follow(self.message_receiver, self.receive_messages())

    def give_up(self) -> None:
        """Try no more: `closed` ends the tasks that would."""
        self.closed, self.auto_reconnect_enabled = True, False

    async def enqueue_message(self, message: str) -> None:
        """Take a frame, unless it would cost too much to parse."""
        if is_modest(message.encode(errors="replace")):
            await super().enqueue_message(message)
            return
        LOG.warning("a frame nests too deep, or holds too much", extra={"action": "receive", "platform": "slack"})

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """Handle one frame, in a task that `close` knows."""
        if (task := asyncio.current_task()) is not None:
            self._running.add(task)
        await super().run_message_listeners(message, raw_message)

    async def close(self) -> None:
        """Disconnect, and let events that are being stored finish, for a limited time."""
        await super().close()  # type: ignore[no-untyped-call]
        own = (self.message_processor, self.current_session_monitor, self.message_receiver)
        await asyncio.gather(*(task for task in own if task is not None), return_exceptions=True)
        await self._running.drain()

    async def _dispatch(self, _: SocketModeClient, request: SocketModeRequest) -> None:
        started = time.time()
        response = await self._app.async_dispatch(bolt_request(request.payload))
        await send_async_response(self, request, response, started)


def _follow(before: asyncio.Future[None] | None, work: Coroutine[Any, Any, None]) -> asyncio.Future[None]:
    """Begin the work of a new connection, and end that of the old one; a reconnecting task ends by itself."""
    if before is not None and before is not asyncio.current_task():
        before.cancel()
    return asyncio.create_task(work)

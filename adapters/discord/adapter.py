"""Discord as a ChatAdapter, on a gateway connection of its own and discord.py's REST client."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import discord

from adapters.base import Missed, OnEvent
from adapters.discord.client import HEARTBEAT_TIMEOUT_S, GatewayClient
from adapters.discord.failures import connection_failure, translated
from adapters.discord.reception import Reception
from adapters.discord.replying import CALL_TIMEOUT_S, ReplyingAdapter
from adapters.discord.servers import Servers
from adapters.errors import AdapterError, AuthenticationFailed, PlatformUnavailable
from adapters.inbox import RETRY_DELAYS_S

_log = logging.getLogger(__name__)

START_TIMEOUT_S = 60.0


class DiscordAdapter(ReplyingAdapter):
    """One bot account on Discord. `start_timeout_s` bounds the connecting, `heartbeat_timeout_s` how long the gateway
    may be silent."""

    def __init__(
        self,
        bot_token: str,
        api_url: str = "",
        gateway_url: str = "",
        *,
        retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
        start_timeout_s: float = START_TIMEOUT_S,
        call_timeout_s: float = CALL_TIMEOUT_S,
        heartbeat_timeout_s: float = HEARTBEAT_TIMEOUT_S,
    ) -> None:
        super().__init__(call_timeout_s)
        self._bot_token = bot_token
        self._servers = Servers(api_url, gateway_url)
        self._retry_delays_s = retry_delays_s
        self._start_timeout_s = start_timeout_s
        self._heartbeat_timeout_s = heartbeat_timeout_s
        self._client: GatewayClient | None = None
        self._reception: Reception | None = None
        self._connection: asyncio.Task[None] | None = None
        self._refusal: AuthenticationFailed | None = None
        self._ending: asyncio.Task[None] | None = None

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        """Log in and connect; raises AuthenticationFailed, AdapterConfigurationError or PlatformUnavailable. Discord
        does not send again what was written while nobody was connected: with `missed` it is read from the histories."""
        if not self._bot_token.strip():
            raise AuthenticationFailed("Discord needs a token: set DISCORD_BOT_TOKEN")
        self._servers.use()
        self._refusal = None
        self._client = GatewayClient(self._heartbeat_timeout_s)
        self._reception = Reception(self._client, on_event, missed, self._retry_delays_s)
        self._reception.open()
        try:
            with translated(may_be_repeated=True):
                async with asyncio.timeout(self._start_timeout_s):
                    await self._client.login(self._bot_token)
            self._connection = asyncio.create_task(self._client.connect(), name="discord-gateway")
            await self._until_connected(self._reception, self._connection)
        except BaseException:
            await self.close()
            raise
        self._connection.add_done_callback(self._log_end)

    async def wait_closed(self) -> None:
        """Return when the connection was closed by `close`; raise AdapterError when it ended by itself."""
        if self._connection is None:
            return
        await asyncio.wait([self._connection])
        if failure := self._failure(self._connection):
            raise failure

    async def close(self) -> None:
        """Disconnect, let messages that are being stored finish, and give discord.py its own servers back."""
        client, self._client = self._client, None
        reception, self._reception = self._reception, None
        if reception is not None:
            await reception.close()
        if client is not None:
            await client.close()
        running = [task for task in (self._connection, self._ending) if task is not None]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        self._servers.restore()

    def _connected_client(self) -> discord.Client:
        if self._refusal is not None:
            raise self._refusal
        if self._client is None or self._client.is_closed():
            raise PlatformUnavailable("Discord is not connected: start the adapter first")
        return self._client

    def _token_refused(self, failure: AuthenticationFailed) -> None:
        """End the connection as well: it would be silent from now on, or end by itself much later."""
        if self._client is not None and self._refusal is None:
            self._refusal = failure
            self._ending = asyncio.create_task(self._client.close(), name="discord-refused")

    async def _until_connected(self, reception: Reception, connection: asyncio.Task[None]) -> None:
        connected = asyncio.create_task(reception.until_connected())
        try:
            await asyncio.wait(
                {connected, connection}, timeout=self._start_timeout_s, return_when=asyncio.FIRST_COMPLETED
            )
            is_connected = connected.done()
        finally:
            connected.cancel()
        if not is_connected:
            cause = connection.exception() if connection.done() else None
            raise connection_failure(cause) from cause

    def _log_end(self, connection: asyncio.Task[None]) -> None:
        if failure := self._failure(connection):
            facts = {"action": "discord_connection_ended", "error": type(failure).__name__, "advice": str(failure)}
            _log.error("no more messages from Discord", extra=facts)

    def _failure(self, connection: asyncio.Task[None]) -> AdapterError | None:
        """Give why an ended connection ended; None if it was closed."""
        if self._refusal is not None:
            return self._refusal
        cause = None if connection.cancelled() else connection.exception()
        if cause is None:
            return None
        failure = connection_failure(cause)
        failure.__cause__ = cause
        return failure

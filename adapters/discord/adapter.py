"""Discord as a ChatAdapter, on discord.py's gateway connection and REST client."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

import discord

from adapters.base import Capabilities, OnMessage, RenderedPart, Reply, ReplyAddress, SentMessage
from adapters.discord.client import GatewayClient
from adapters.discord.failures import connection_failure, translated
from adapters.discord.inbox import Inbox
from adapters.discord.parse import PLATFORM, parse_message
from adapters.discord.posting import post_part
from adapters.discord.render import MAX_CHARS, render_reply
from adapters.discord.servers import Servers
from adapters.errors import AdapterError, AuthenticationFailed, PlatformUnavailable

_log = logging.getLogger(__name__)

START_TIMEOUT_S = 60.0
# discord.py repeats a call that failed with 5xx for 25 s, and waits up to 30 s for the rate limit.
SEND_TIMEOUT_S = 60.0
RETRY_DELAYS_S = (1.0, 4.0)


class DiscordAdapter:
    """One bot account on Discord.

    Discord has no acknowledgement of events: see Inbox for what happens when `on_message` fails. Sends carry a nonce
    made of the idempotency key, by which Discord recognises a repeat for a few minutes; after that it shows twice.
    `read_since`: the channels' messages newer than that are read at start, as Discord does not send again what was
    written while nobody was connected (direct messages can't be read so).
    """

    platform = PLATFORM
    capabilities = Capabilities(max_chars=MAX_CHARS, idempotent_send=True, threads=True)

    def __init__(
        self,
        bot_token: str,
        api_url: str = "",
        gateway_url: str = "",
        *,
        read_since: datetime | None = None,
        retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
    ) -> None:
        self._bot_token = bot_token
        self._servers = Servers(api_url, gateway_url)
        self._last_seen = discord.utils.time_snowflake(read_since) if read_since else 0
        self._retry_delays_s = retry_delays_s
        self._client: GatewayClient | None = None
        self._inbox: Inbox | None = None
        self._connection: asyncio.Task[None] | None = None

    async def start(self, on_message: OnMessage) -> None:
        """Log in and connect; raises AuthenticationFailed, AdapterConfigurationError or PlatformUnavailable."""
        if not self._bot_token.strip():
            raise AuthenticationFailed("Discord needs a token: set DISCORD_BOT_TOKEN")
        self._servers.use()
        self._inbox = Inbox(on_message, self._retry_delays_s)
        self._client = GatewayClient(self._receive, self._last_seen)
        try:
            with translated():
                await self._client.login(self._bot_token)
            self._connection = asyncio.create_task(self._client.connect(), name="discord-gateway")
            await self._until_connected(self._client, self._connection)
        except BaseException:
            await self.close()
            raise
        self._connection.add_done_callback(self._log_end)

    async def wait_closed(self) -> None:
        """Return when the connection was closed by `close`; raise AdapterError when it ended by itself."""
        if self._connection is None:
            return
        await asyncio.wait([self._connection])
        if failure := _failure(self._connection):
            raise failure

    def render(self, reply: Reply) -> Sequence[RenderedPart]:
        return render_reply(reply)

    async def send(self, address: ReplyAddress, part: RenderedPart, idempotency_key: str) -> SentMessage:
        if self._client is None or self._client.is_closed():
            raise PlatformUnavailable("Discord is not connected: start the adapter first")
        with translated():
            async with asyncio.timeout(SEND_TIMEOUT_S):
                message_id = await post_part(self._client, address, part, idempotency_key)
        return SentMessage(str(message_id))

    async def close(self) -> None:
        """Disconnect, let messages that are being stored finish, and give discord.py its own servers back."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
        if self._connection is not None:
            self._connection.cancel()
            await asyncio.wait([self._connection])
        if self._inbox is not None:
            await self._inbox.close()
        self._servers.restore()

    def _receive(self, message: discord.Message) -> None:
        """Runs for each message event; a message without a user id of ours can't arrive, as READY comes first."""
        if self._client is None or self._client.user is None or self._inbox is None:
            return
        if incoming := parse_message(message, self._client.user.id):
            self._inbox.put(incoming)

    async def _until_connected(self, client: GatewayClient, connection: asyncio.Task[None]) -> None:
        connected = asyncio.create_task(client.connected.wait())
        try:
            await asyncio.wait({connected, connection}, timeout=START_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            connected.cancel()
        if not client.connected.is_set():
            cause = connection.exception() if connection.done() else None
            raise connection_failure(cause) from cause

    def _log_end(self, connection: asyncio.Task[None]) -> None:
        if failure := _failure(connection):
            facts = {"action": "discord_connection_ended", "error": type(failure).__name__, "advice": str(failure)}
            _log.error("no more messages from Discord", extra=facts)


def _failure(connection: asyncio.Task[None]) -> AdapterError | None:
    """Give why an ended connection ended; None if it was closed."""
    cause = None if connection.cancelled() else connection.exception()
    if cause is None:
        return None
    failure = connection_failure(cause)
    failure.__cause__ = cause
    return failure

"""Discord as a ChatAdapter, on discord.py's gateway connection and REST client."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

import discord

from adapters.base import (
    Capabilities,
    DeletedMessage,
    Missed,
    OnEvent,
    RenderedPart,
    Reply,
    ReplyAddress,
    SentMessage,
)
from adapters.discord.client import GatewayClient
from adapters.discord.failures import connection_failure, translated
from adapters.discord.inbox import Inbox
from adapters.discord.parse import PLATFORM, parse_message
from adapters.discord.posting import post_part
from adapters.discord.render import MAX_CHARS, render_reply
from adapters.discord.servers import Servers
from adapters.discord.shown import delete_shown, edit_shown, find_shown
from adapters.errors import AdapterError, AuthenticationFailed, PlatformUnavailable

_log = logging.getLogger(__name__)

START_TIMEOUT_S = 60.0
# discord.py repeats a call that failed with 5xx for 25 s, and waits up to 30 s for the rate limit.
CALL_TIMEOUT_S = 60.0
# Discord sends nothing twice: as long as a database takes to start again, and longer.
RETRY_DELAYS_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


class DiscordAdapter:
    """One bot account on Discord.

    Discord has no acknowledgement of events: see Inbox for what happens when `on_event` fails. Sends carry a nonce
    made of the idempotency key, by which Discord recognises a repeat for a few minutes; a send that may be a repeat
    looks for it in the history first. `start_timeout_s` bounds the connecting, `call_timeout_s` each send and change.
    """

    platform = PLATFORM
    capabilities = Capabilities(max_chars=MAX_CHARS, idempotent_send=True, threads=True, edits=True)

    def __init__(
        self,
        bot_token: str,
        api_url: str = "",
        gateway_url: str = "",
        *,
        retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
        start_timeout_s: float = START_TIMEOUT_S,
        call_timeout_s: float = CALL_TIMEOUT_S,
    ) -> None:
        self._bot_token = bot_token
        self._servers = Servers(api_url, gateway_url)
        self._retry_delays_s = retry_delays_s
        self._start_timeout_s = start_timeout_s
        self._call_timeout_s = call_timeout_s
        self._client: GatewayClient | None = None
        self._inbox: Inbox | None = None
        self._connection: asyncio.Task[None] | None = None

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        """Log in and connect; raises AuthenticationFailed, AdapterConfigurationError or PlatformUnavailable. Discord
        does not send again what was written while nobody was connected: with `missed` it is read from the histories."""
        if not self._bot_token.strip():
            raise AuthenticationFailed("Discord needs a token: set DISCORD_BOT_TOKEN")
        self._servers.use()
        self._inbox = Inbox(on_event, self._retry_delays_s)
        since = discord.utils.time_snowflake(missed.since) if missed else 0
        self._client = GatewayClient(self._receive, since, missed.direct_channels if missed else ())
        try:
            with translated(may_be_repeated=True):
                async with asyncio.timeout(self._start_timeout_s):
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

    async def send(
        self, address: ReplyAddress, part: RenderedPart, idempotency_key: str, *, may_be_shown: bool = False
    ) -> SentMessage:
        client = self._connected_client()
        if may_be_shown:
            with translated(may_be_repeated=True):
                async with asyncio.timeout(self._call_timeout_s):
                    shown_id = await find_shown(client, address, part.text)
            if shown_id is not None:
                return SentMessage(str(shown_id))
        with translated():
            async with asyncio.timeout(self._call_timeout_s):
                message_id = await post_part(client, address, part, idempotency_key)
        return SentMessage(str(message_id))

    async def edit(self, address: ReplyAddress, message_id: str, part: RenderedPart) -> None:
        client = self._connected_client()
        with translated(may_be_repeated=True):
            async with asyncio.timeout(self._call_timeout_s):
                await edit_shown(client, address, int(message_id), part.text)

    async def retract(self, address: ReplyAddress, message_id: str) -> None:
        client = self._connected_client()
        with translated(may_be_repeated=True), suppress(discord.NotFound):
            async with asyncio.timeout(self._call_timeout_s):
                await delete_shown(client, address, int(message_id))

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

    def _connected_client(self) -> GatewayClient:
        if self._client is None or self._client.is_closed():
            raise PlatformUnavailable("Discord is not connected: start the adapter first")
        return self._client

    def _receive(self, event: discord.Message | DeletedMessage) -> None:
        """Runs for each message event; a message without a user id of ours can't arrive, as READY comes first."""
        if self._client is None or self._client.user is None or self._inbox is None:
            return
        incoming = event if isinstance(event, DeletedMessage) else parse_message(event, self._client.user.id)
        if incoming is not None:
            self._inbox.put(incoming)

    async def _until_connected(self, client: GatewayClient, connection: asyncio.Task[None]) -> None:
        connected = asyncio.create_task(client.connected.wait())
        try:
            await asyncio.wait(
                {connected, connection}, timeout=self._start_timeout_s, return_when=asyncio.FIRST_COMPLETED
            )
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

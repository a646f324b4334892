"""The connection to Discord's gateway: the events that matter, and what an interruption left out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

import aiohttp
import discord

from adapters.base import DeletedMessage
from adapters.discord.parse import deleted_message, is_spoken, says_something_new

_log = logging.getLogger(__name__)

# A send that has to wait longer than this for Discord's rate limit fails with RateLimited; discord.py's smallest value.
MAX_RATE_LIMIT_WAIT_S = 30.0
# How long discord.py collects servers before `on_ready`. Nothing here waits for it: short, so it ends with the client.
GUILD_READY_TIMEOUT_S = 0.2
# Of each channel, after an interruption that Discord could not resume: 20 calls.
MAX_MISSED_MESSAGES = 2_000


Readable = discord.TextChannel | discord.VoiceChannel | discord.Thread | discord.DMChannel


class GatewayClient(discord.Client):
    """Gives every message, changed message and deletion to `on_event`.

    `last_seen` is the id of the newest message that counts as seen (ids order by time, over all channels; 0: none).
    When Discord cannot resume an interrupted session, what was written meanwhile is read from the histories: those of
    the servers' channels and threads, and of `direct_channels`, which Discord does not list.
    """

    def __init__(
        self,
        on_event: Callable[[discord.Message | DeletedMessage], None],
        last_seen: int = 0,
        direct_channels: Iterable[str] = (),
    ) -> None:
        super().__init__(
            intents=_intents(),
            max_ratelimit_timeout=MAX_RATE_LIMIT_WAIT_S,
            guild_ready_timeout=GUILD_READY_TIMEOUT_S,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.connected = asyncio.Event()
        self._on_event = on_event
        self._last_seen = last_seen
        self._gap_start = last_seen
        self._direct_channels = dict.fromkeys(int(channel) for channel in direct_channels if channel.isdigit())
        self._running: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Disconnect, and end what is being looked up or read."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await super().close()

    async def on_connect(self) -> None:
        """A new session: messages can arrive from here on. Fires again after each session that was not resumed."""
        self._gap_start = self._last_seen
        self.connected.set()
        if self._gap_start:
            self._begin(self._read_direct_channels(self._gap_start))

    async def on_message(self, message: discord.Message) -> None:
        channel = message.channel
        is_new = isinstance(channel, discord.DMChannel) and channel.id not in self._direct_channels
        self._begin(self._receive_first(message) if is_new else self._receive(message))
        self._last_seen = max(self._last_seen, message.id)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Also for messages that discord.py no longer remembers."""
        if says_something_new(payload):
            self._begin(self._receive(payload.message))

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        known = [payload.cached_message] if payload.cached_message else []
        self._begin(self._delete([payload.message_id], known, payload.channel_id, payload.guild_id))

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """A moderator, or the ban of an author, takes many away at once."""
        deleted = sorted(payload.message_ids)
        self._begin(self._delete(deleted, payload.cached_messages, payload.channel_id, payload.guild_id))

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        """A server has an outage: its messages until it is back are read from the history."""
        self._gap_start = self._last_seen

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server's channels are known, with the id of the last message in each."""
        if self._gap_start:
            self._begin(self._read_guild(guild, self._gap_start))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work in a task that `close` ends; what can be done at once is done in the order of the calls."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _receive(self, message: discord.Message) -> None:
        if isinstance(message.channel, discord.PartialMessageable):
            message.channel = await self._looked_up(message.channel.id) or message.channel  # type: ignore[assignment]
        self._on_event(message)

    async def _receive_first(self, message: discord.Message) -> None:
        """The first message of a direct channel that nobody knew of: its writer may have begun during the gap."""
        self._direct_channels[message.channel.id] = None
        is_read = False
        if self._gap_start and isinstance(message.channel, discord.DMChannel):
            is_read = message.id in await self._read(message.channel, self._gap_start)
        if not is_read:
            await self._receive(message)

    async def _delete(
        self, message_ids: Sequence[int], known: Sequence[discord.Message], channel_id: int, guild_id: int | None
    ) -> None:
        channel: object | None = self.get_channel(channel_id)
        if channel is None and guild_id is not None:
            channel = await self._looked_up(channel_id)
        unspoken = {message.id for message in known if not is_spoken(message)}
        for message_id in message_ids:
            if message_id not in unspoken:
                self._on_event(deleted_message(message_id, channel, channel_id, guild_id))

    async def _read_guild(self, guild: discord.Guild, after: int) -> None:
        channels: tuple[Readable, ...] = (*guild.text_channels, *guild.voice_channels, *guild.threads)
        for channel in channels:
            await self._read(channel, after)

    async def _read_direct_channels(self, after: int) -> None:
        for channel_id in list(self._direct_channels):
            channel = await self._looked_up(channel_id)
            if isinstance(channel, discord.DMChannel):
                await self._read(channel, after)

    async def _read(self, channel: Readable, after: int) -> set[int]:
        """Give the messages newer than `after`, unless the channel is known to have none; tells their ids."""
        read: set[int] = set()
        if not isinstance(channel, discord.DMChannel) and (channel.last_message_id or 0) <= after:
            return read
        missed = channel.history(after=discord.Object(after), limit=MAX_MISSED_MESSAGES, oldest_first=True)
        try:
            async for message in missed:
                read.add(message.id)
                self._on_event(message)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as exc:
            facts = {"action": "discord_history_unread", "channel_id": channel.id, "error": type(exc).__name__}
            _log.warning("missed messages could not be read: grant the bot 'Read Message History'", extra=facts)
        if len(read) >= MAX_MISSED_MESSAGES:
            facts = {"action": "discord_history_cut", "channel_id": channel.id}
            _log.warning("more was missed than is read: the newest messages are left out", extra=facts)
        return read

    async def _looked_up(self, channel_id: int) -> object | None:
        """Give a channel that is not in the cache: a thread that was archived or private until now, whose parent is
        part of the address, or a direct one. None if Discord can't tell: a bare id is enough to send to."""
        try:
            return await self.fetch_channel(channel_id)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as exc:
            facts = {"action": "discord_channel_unknown", "channel_id": channel_id, "error": type(exc).__name__}
            _log.warning("channel could not be looked up", extra=facts)
            return None


def _intents() -> discord.Intents:
    """Give the least that tells us who says what: servers, messages and their content (a privileged intent)."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=True)

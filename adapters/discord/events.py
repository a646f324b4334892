"""A client's events that tell of messages, and what an interruption left out. Works in any discord.py client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Any

import discord

from adapters.base import DeletedMessage
from adapters.discord.guarded import begin_guarded
from adapters.discord.history import History
from adapters.discord.listeners import Handler
from adapters.discord.parse import deleted_message, is_spoken, says_something_new
from adapters.running import Running

MessageEvent = discord.Message | DeletedMessage


async def take_all(message: discord.Message) -> bool:
    """No message is somebody else's matter."""
    return False


class MessageEvents:
    """Gives every message, changed message and deletion to `on_event`, but those that are `not_ours`.

    `last_seen` is the id of the newest message that counts as seen (ids order by time, over all channels; 0: none).
    When Discord cannot resume an interrupted session, what was written meanwhile is read from the histories: those of
    the servers' channels and threads, and of `direct_channels`, which Discord does not list. A handler that fails is
    logged by the class of its error, and costs its own event alone.
    """

    def __init__(
        self,
        client: discord.Client,
        on_event: Callable[[MessageEvent], None],
        last_seen: int = 0,
        direct_channels: Iterable[str] = (),
        not_ours: Callable[[discord.Message], Awaitable[bool]] = take_all,
    ) -> None:
        self.connected = asyncio.Event()
        self._client = client
        self._on_event = on_event
        self._not_ours = not_ours
        self._history = History(client, self._take)
        self._last_seen = last_seen
        self._gap_start = last_seen
        self._direct_channels = dict.fromkeys(int(channel) for channel in direct_channels if channel.isdigit())
        self._running = Running()

    @property
    def handlers(self) -> dict[str, Handler]:
        """The handlers by the names of discord.py's events."""
        return {
            "on_connect": self._on_connect,
            "on_message": self._on_message,
            "on_raw_message_edit": self._on_edit,
            "on_raw_message_delete": self._on_delete,
            "on_raw_bulk_message_delete": self._on_bulk_delete,
            "on_guild_unavailable": self._on_guild_unavailable,
            "on_guild_available": self._on_guild_available,
        }

    def catch_up(self) -> None:
        """Read what was missed in a client that has been connected for longer: its events came and went."""
        if not self._gap_start:
            return
        self.begin(self._read_direct_channels(self._gap_start))
        for guild in self._client.guilds:
            self.begin(self._history.read_guild(guild, self._gap_start))

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work in a task that `close` ends; what can be done at once is done in the order of the calls."""
        self._running.add(begin_guarded(work))

    async def close(self) -> None:
        """End what is being looked up or read."""
        await self._running.drain(timeout_s=0.0)

    async def _on_connect(self) -> None:
        """A new session: messages can arrive from here on. Fires again after each session that was not resumed."""
        self._gap_start = self._last_seen
        self.connected.set()
        if self._gap_start:
            self.begin(self._read_direct_channels(self._gap_start))

    async def _on_message(self, message: discord.Message) -> None:
        channel = message.channel
        is_new = isinstance(channel, discord.DMChannel) and channel.id not in self._direct_channels
        self.begin(self._receive_first(message) if is_new else self._receive(message))
        self._last_seen = max(self._last_seen, message.id)

    async def _on_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Also for messages that discord.py no longer remembers."""
        if says_something_new(payload):
            self.begin(self._receive(payload.message))

    async def _on_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        known = [payload.cached_message] if payload.cached_message else []
        self.begin(self._delete([payload.message_id], known, payload.channel_id, payload.guild_id))

    async def _on_bulk_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """A moderator, or the ban of an author, takes many away at once."""
        deleted = sorted(payload.message_ids)
        self.begin(self._delete(deleted, payload.cached_messages, payload.channel_id, payload.guild_id))

    async def _on_guild_unavailable(self, guild: discord.Guild) -> None:
        """A server has an outage: its messages until it is back are read from the history."""
        self._gap_start = self._last_seen

    async def _on_guild_available(self, guild: discord.Guild) -> None:
        """A server's channels are known, with the id of the last message in each."""
        if self._gap_start:
            self.begin(self._history.read_guild(guild, self._gap_start))

    async def _receive(self, message: discord.Message) -> None:
        if isinstance(message.channel, discord.PartialMessageable):
            found = await self._history.look_up(message.channel.id)
            message.channel = found or message.channel  # type: ignore[assignment]
        await self._take(message)

    async def _take(self, message: discord.Message) -> None:
        if not await self._not_ours(message):
            self._on_event(message)

    async def _receive_first(self, message: discord.Message) -> None:
        """The first message of a direct channel that nobody knew of: its writer may have begun during the gap."""
        self._direct_channels[message.channel.id] = None
        is_read = False
        if self._gap_start and isinstance(message.channel, discord.DMChannel):
            is_read = message.id in await self._history.read(message.channel, self._gap_start)
        if not is_read:
            await self._receive(message)

    async def _delete(
        self, message_ids: Sequence[int], known: Sequence[discord.Message], channel_id: int, guild_id: int | None
    ) -> None:
        channel: object | None = self._client.get_channel(channel_id)
        if channel is None and guild_id is not None:
            channel = await self._history.look_up(channel_id)
        unspoken = {message.id for message in known if not is_spoken(message)}
        for message_id in message_ids:
            if message_id not in unspoken:
                self._on_event(deleted_message(message_id, channel, channel_id, guild_id))

    async def _read_direct_channels(self, after: int) -> None:
        for channel_id in list(self._direct_channels):
            await self._history.read_direct(channel_id, after)

"""Reads in Discord's histories what no event told of, and looks up channels that are not in the cache."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import aiohttp
import discord

_log = logging.getLogger(__name__)

# Of each channel, after an interruption that Discord could not resume: 20 calls.
MAX_MISSED_MESSAGES = 2_000

Readable = discord.TextChannel | discord.VoiceChannel | discord.Thread | discord.DMChannel


class History:
    """Gives what is found to `on_message`, in the order of each channel. A channel that can't be read is logged, and
    costs no other."""

    def __init__(self, client: discord.Client, on_message: Callable[[discord.Message], Awaitable[None]]) -> None:
        self._client = client
        self._on_message = on_message

    async def read_guild(self, guild: discord.Guild, after: int) -> None:
        channels: tuple[Readable, ...] = (*guild.text_channels, *guild.voice_channels, *guild.threads)
        for channel in channels:
            await self.read(channel, after)

    async def read_direct(self, channel_id: int, after: int) -> None:
        channel = await self.look_up(channel_id)
        if isinstance(channel, discord.DMChannel):
            await self.read(channel, after)

    async def read(self, channel: Readable, after: int) -> set[int]:
        """Give the messages newer than `after`, unless the channel is known to have none; tells their ids."""
        read: set[int] = set()
        if not isinstance(channel, discord.DMChannel) and (channel.last_message_id or 0) <= after:
            return read
        missed = channel.history(after=discord.Object(after), limit=MAX_MISSED_MESSAGES, oldest_first=True)
        try:
            async for message in missed:
                read.add(message.id)
                await self._on_message(message)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as exc:
            facts = {"action": "discord_history_unread", "channel_id": channel.id, "error": type(exc).__name__}
            _log.warning("missed messages could not be read: grant the bot 'Read Message History'", extra=facts)
        if len(read) >= MAX_MISSED_MESSAGES:
            facts = {"action": "discord_history_cut", "channel_id": channel.id}
            _log.warning("more was missed than is read: the newest messages are left out", extra=facts)
        return read

    async def look_up(self, channel_id: int) -> object | None:
        """Give a channel that is not in the cache: a thread that was archived or private until now, whose parent is
        part of the address, or a direct one. None if Discord can't tell: a bare id is enough to send to."""
        try:
            return await self._client.fetch_channel(channel_id)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as exc:
            facts = {"action": "discord_channel_unknown", "channel_id": channel_id, "error": type(exc).__name__}
            _log.warning("channel could not be looked up", extra=facts)
            return None

"""The connection to Discord's gateway: the events that matter, and what an interruption left out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import discord

_log = logging.getLogger(__name__)

# A send that has to wait longer than this for Discord's rate limit fails with RateLimited; discord.py's smallest value.
MAX_RATE_LIMIT_WAIT_S = 30.0
# How long discord.py collects servers before `on_ready`. Nothing here waits for it: short, so it ends with the client.
GUILD_READY_TIMEOUT_S = 0.2
# Of each channel, after an interruption that Discord could not resume.
MAX_MISSED_MESSAGES = 200


class GatewayClient(discord.Client):
    """Gives every message event to `on_event`.

    `last_seen` is the id of the newest message that counts as seen (ids order by time, over all channels; 0: none).
    When Discord cannot resume an interrupted session, what was written meanwhile is read from the channels' histories.
    """

    def __init__(self, on_event: Callable[[discord.Message], None], last_seen: int) -> None:
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

    async def on_connect(self) -> None:
        """A new session: messages can arrive from here on. Fires again after each session that was not resumed."""
        self._gap_start = self._last_seen
        self.connected.set()

    async def on_message(self, message: discord.Message) -> None:
        if isinstance(message.channel, discord.PartialMessageable):
            await self._look_up_channel(message)
        self._on_event(message)
        self._last_seen = max(self._last_seen, message.id)

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        """A server has an outage: its messages until it is back are read from the history."""
        self._gap_start = self._last_seen

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server's channels are known, with the id of the last message in each."""
        if not self._gap_start:
            return
        async for message in _missed(guild, self._gap_start):
            self._on_event(message)

    async def _look_up_channel(self, message: discord.Message) -> None:
        """A thread that was archived or private until now is not in the cache; its parent is part of the address."""
        try:
            message.channel = await self.fetch_channel(message.channel.id)  # type: ignore[assignment]
        except discord.HTTPException as exc:
            # The reply still reaches the right place: a bare id is enough to send to.
            facts = {"action": "discord_channel_unknown", "channel_id": message.channel.id, "status": exc.status}
            _log.warning("channel could not be looked up", extra=facts)


def _intents() -> discord.Intents:
    """Give the least that tells us who says what: servers, messages and their content (a privileged intent)."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=True)


async def _missed(guild: discord.Guild, after: int) -> AsyncIterator[discord.Message]:
    """Yield the messages newer than `after`, asking only the channels that have any."""
    channels: tuple[discord.TextChannel | discord.VoiceChannel | discord.Thread, ...]
    channels = (*guild.text_channels, *guild.voice_channels, *guild.threads)
    for channel in channels:
        if (channel.last_message_id or 0) <= after:
            continue
        try:
            async for message in channel.history(
                after=discord.Object(after), limit=MAX_MISSED_MESSAGES, oldest_first=True
            ):
                yield message
        except discord.HTTPException as exc:
            facts = {"action": "discord_history_unread", "channel_id": channel.id, "status": exc.status}
            _log.warning("missed messages could not be read: grant the bot 'Read Message History'", extra=facts)

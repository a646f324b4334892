"""A connection of our own to Discord's gateway, which no frame of Discord's can end for good."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import discord
from discord.backoff import ExponentialBackoff

_log = logging.getLogger(__name__)

# A send that has to wait longer than this for Discord's rate limit fails with RateLimited; discord.py's smallest value.
MAX_RATE_LIMIT_WAIT_S = 30.0
# How long discord.py collects servers before `on_ready`. Nothing but the slash commands waits for it: short, so it ends
# with the client.
GUILD_READY_TIMEOUT_S = 0.2
# A gateway that says nothing for so long is left: it beats every 41.25 s, and closing may take another 30 s.
HEARTBEAT_TIMEOUT_S = 50.0
# Discord's last word: a wrong token, a wrong intent (4004 to 4014).
_FINAL = (discord.ConnectionClosed, discord.PrivilegedIntentsRequired, discord.LoginFailure)
# Without these two there is no session; a broken one begins anew.
_NEEDED = {"READY", "RESUMED"}


class GatewayClient(discord.Client):
    """Connects with the least rights that tell who says what, and stays connected.

    An event that discord.py can't read is logged by its name and left out. After a frame that is none a new session
    begins.
    """

    def __init__(self, heartbeat_timeout_s: float = HEARTBEAT_TIMEOUT_S) -> None:
        super().__init__(
            intents=_intents(),
            max_ratelimit_timeout=MAX_RATE_LIMIT_WAIT_S,
            guild_ready_timeout=GUILD_READY_TIMEOUT_S,
            heartbeat_timeout=heartbeat_timeout_s,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        parsers = self._connection.parsers
        for event in parsers.keys() - _NEEDED:
            parsers[event] = _forgiving(event, parsers[event])

    async def connect(self, *, reconnect: bool = True) -> None:
        """Stay connected until `close`; raises what ends the connection for good, and any failure of the first try."""
        backoff: ExponentialBackoff[Any] = ExponentialBackoff()
        while True:
            try:
                return await super().connect(reconnect=reconnect)
            except _FINAL:
                raise
            except Exception as exc:
                if self.is_closed() or self.ws is None:
                    raise
                facts = {"action": "discord_frame_unreadable", "error": type(exc).__name__}
                _log.warning("the gateway sent what can't be read: connecting anew", extra=facts)
                await self._leave()
                await asyncio.sleep(backoff.delay())

    async def _leave(self) -> None:
        """End the broken session's WebSocket, and the thread that beats for it."""
        with suppress(Exception):
            await self.ws.close()


def _forgiving(event: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    def parse_or_log(data: Any) -> None:
        try:
            parse(data)
        except Exception as exc:  # noqa: BLE001 - discord.py would end the connection
            facts = {"action": "discord_event_unreadable", "event": event, "error": type(exc).__name__}
            _log.warning("the gateway sent an event that can't be read", extra=facts)

    return parse_or_log


def _intents() -> discord.Intents:
    """Give the least that tells us who says what: servers, messages and their content (a privileged intent)."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=True)

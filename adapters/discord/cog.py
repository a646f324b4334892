"""The assistant inside somebody else's discord.py bot, beside its commands, listeners and cogs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord
from discord.ext import commands

from adapters.base import Missed, OnEvent
from adapters.discord.events import take_all
from adapters.discord.reception import Reception
from adapters.discord.replying import CALL_TIMEOUT_S, ReplyingAdapter
from adapters.errors import AdapterConfigurationError, AuthenticationFailed, PlatformUnavailable
from adapters.inbox import RETRY_DELAYS_S

NEEDED_INTENTS = ("guilds", "guild_messages", "dm_messages", "message_content")


class AttachedAdapter(ReplyingAdapter):
    """The assistant as a part of `bot`, which its owner connects and disconnects.

    It listens from `start` until `close`, which leaves the bot as it was. `start` may come before the bot is connected,
    as in its `setup_hook`, or at any time later. The prefix commands of a commands.Bot stay the bot's: a message that
    calls one is no question. Its own slash commands come into the bot's tree, and are registered one by one, so that no
    other is lost.
    """

    def __init__(
        self,
        bot: discord.Client,
        *,
        retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
        call_timeout_s: float = CALL_TIMEOUT_S,
    ) -> None:
        """Raises AdapterConfigurationError where the bot can't read messages."""
        super().__init__(call_timeout_s)
        _check_intents(bot.intents)
        self._bot = bot
        self._retry_delays_s = retry_delays_s
        self._reception: Reception | None = None

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        """Listen to the bot's events; at once, or from the time when it is connected."""
        await self.close()
        self._reception = Reception(self._bot, on_event, missed, self._retry_delays_s, _calls_a_command(self._bot))
        self._reception.open()
        if self._bot.is_ready():
            self._reception.catch_up()

    async def close(self) -> None:
        """Leave the bot as it was, once what is being stored is stored."""
        reception, self._reception = self._reception, None
        if reception is not None:
            await reception.close()

    def _connected_client(self) -> discord.Client:
        if self._reception is None or self._bot.user is None or self._bot.is_closed():
            raise PlatformUnavailable("Discord is not connected: start the bot, and the adapter in it")
        return self._bot

    def _token_refused(self, failure: AuthenticationFailed) -> None:
        """The connection is the bot's, and its end its owner's matter."""


def attach(bot: discord.Client) -> AttachedAdapter:
    """Give the adapter that puts the assistant into the bot. Raises AdapterConfigurationError."""
    return AttachedAdapter(bot)


def _check_intents(intents: discord.Intents) -> None:
    missing = [name for name in NEEDED_INTENTS if not getattr(intents, name)]
    if missing:
        raise AdapterConfigurationError(
            f"The assistant can't read messages in this bot: create it with intents that have {', '.join(missing)}, "
            "and switch on 'Message Content Intent' on the Bot page of https://discord.com/developers/applications"
        )


def _calls_a_command(bot: discord.Client) -> Callable[[discord.Message], Awaitable[bool]]:
    if not isinstance(bot, commands.bot.BotBase):
        return take_all
    its_bot: commands.bot.BotBase = bot

    async def calls_a_command(message: discord.Message) -> bool:
        try:
            context: commands.Context[Any] = await its_bot.get_context(message)
        except Exception:  # noqa: BLE001 - the owner's prefix function failed, and the bot itself tells so
            return False
        return context.valid

    return calls_a_command

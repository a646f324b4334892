"""The assistant as an extension of a discord.py bot: `await bot.load_extension("assistant.plugins.discord")`."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from discord.ext import commands

from adapters.discord import attach
from adapters.errors import AdapterError
from assistant.errors import AssistantError
from assistant.plugins import gateway

_log = logging.getLogger(__name__)

NAME = "Llamadesk"


class Llamadesk(commands.Cog, name=NAME):
    """The gateway's life within the bot's: from the loading of the extension until its unloading."""

    def __init__(self, bot: commands.Bot) -> None:
        self._adapter = attach(bot)
        self._stopping = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Begin in the background: `setup_hook` runs before the bot is connected, and must not wait for it."""
        self._serving = asyncio.create_task(self._serve(), name="llamadesk")

    async def cog_unload(self) -> None:
        """Send what was begun, and leave the bot as it was."""
        self._stopping.set()
        if self._serving is not None:
            with suppress(asyncio.CancelledError):
                await self._serving

    async def _serve(self) -> None:
        try:
            async with gateway(self._adapter):
                await self._stopping.wait()
        except (AssistantError, AdapterError) as exc:
            facts = {"action": "extension", "error": type(exc).__name__, "reason": str(exc)}
            _log.error("the assistant is not in this bot", extra=facts)


async def setup(bot: commands.Bot) -> None:
    """Called by discord.py. Raises AdapterConfigurationError where the bot can't read messages."""
    await bot.add_cog(Llamadesk(bot))


async def teardown(bot: commands.Bot) -> None:
    """Called by discord.py when the extension is unloaded."""
    await bot.remove_cog(NAME)

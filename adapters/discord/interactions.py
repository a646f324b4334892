"""Answers slash commands and buttons in the three seconds that Discord gives, whatever becomes of them later.

https://docs.discord.com/developers/interactions/receiving-and-responding (checked 2026-02).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import aiohttp
import discord

from adapters.base import ButtonPress, CommandName, OnEvent
from adapters.discord.buttons import parse_press
from adapters.discord.commands import parse_command
from adapters.discord.failures import ALREADY_ACKNOWLEDGED
from adapters.discord.guarded import begin_guarded
from adapters.inbox import Inbox
from adapters.running import Running

_log = logging.getLogger(__name__)

# Of the three seconds, one is for the way.
ACKNOWLEDGE_AFTER_S = 2.0
FAILED = "Sorry, that didn't reach me. Please try again in a minute."

Interaction = discord.Interaction[Any]


class Interactions:
    """Gives commands to the inbox and presses to `on_event`.

    A command is acknowledged first, as its answer is written later by somebody else; whether it could be stored is told
    to its author if it could not. A press is acknowledged after `on_event` returned, or after `acknowledge_after_s`,
    with the word that `on_event` gives; what fails is told to the presser.
    """

    def __init__(
        self,
        client: discord.Client,
        on_event: OnEvent,
        inbox: Inbox,
        acknowledge_after_s: float = ACKNOWLEDGE_AFTER_S,
    ) -> None:
        self._client = client
        self._on_event = on_event
        self._inbox = inbox
        self._acknowledge_after_s = acknowledge_after_s
        self._running = Running()

    async def on_interaction(self, interaction: Interaction) -> None:
        """Take a press of one of our buttons; other interactions are somebody else's."""
        if (press := parse_press(interaction)) is not None:
            self._begin(self._press(interaction, press))

    async def on_command(self, interaction: Interaction, command: CommandName | None, text: str) -> None:
        """Take one of our slash commands."""
        self._begin(self._command(interaction, command, text))

    async def close(self) -> None:
        """Let what is being stored end, for a limited time."""
        await self._running.drain()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._running.add(begin_guarded(work))

    async def _command(self, interaction: Interaction, command: CommandName | None, text: str) -> None:
        user = self._client.user
        message = parse_command(interaction, command, text, user.id) if user else None
        if message is None or not await _acknowledged(interaction, thinking=True):
            return
        storing = self._inbox.put(message)
        await asyncio.wait({storing})
        if storing.cancelled() or not storing.result():
            await _say(interaction, FAILED)

    async def _press(self, interaction: Interaction, press: ButtonPress) -> None:
        storing = asyncio.ensure_future(self._word(press))
        try:
            await asyncio.wait({storing}, timeout=self._acknowledge_after_s)
            if not storing.done():
                await _acknowledged(interaction)
            word = await storing
        finally:
            storing.cancel()
        if word:
            await _say(interaction, word)
        elif not interaction.response.is_done():
            await _acknowledged(interaction)

    async def _word(self, press: ButtonPress) -> str:
        try:
            return await self._on_event(press) or ""
        except Exception as exc:  # noqa: BLE001 - whatever the callback raises, the presser must hear of it
            facts = {"action": "discord_press_failed", "press_id": press.press_id, "error": type(exc).__name__}
            _log.warning("button not stored", extra=facts)
            return FAILED


async def _acknowledged(interaction: Interaction, *, thinking: bool = False) -> bool:
    """Tell Discord that an answer will come, to be seen by this person alone; false if it has given up on us, and has
    told the person so. Whoever lost the answer to it goes on: the reply looks for a way of its own."""
    try:
        await interaction.response.defer(ephemeral=True, thinking=thinking)
    except discord.HTTPException as exc:
        if exc.code == ALREADY_ACKNOWLEDGED:
            return True
        _log_unanswered(interaction, exc)
        return False
    except (discord.DiscordException, aiohttp.ClientError, OSError) as exc:
        _log_unanswered(interaction, exc)
    return True


async def _say(interaction: Interaction, word: str) -> None:
    """Show the word to this person alone."""
    nobody = discord.AllowedMentions.none()
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(word, ephemeral=True, allowed_mentions=nobody)
        elif interaction.type is discord.InteractionType.application_command:
            await interaction.edit_original_response(content=word, allowed_mentions=nobody)
        else:
            await interaction.followup.send(word, ephemeral=True, allowed_mentions=nobody)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as exc:
        _log_unanswered(interaction, exc)


def _log_unanswered(interaction: Interaction, exc: Exception) -> None:
    facts = {"action": "discord_interaction_unanswered", "interaction_id": interaction.id, "error": type(exc).__name__}
    _log.warning("Discord did not take the answer to a command or button", extra=facts)

"""Buttons below a reply as Discord's components, and a press of one as ButtonPress. Pure.

Format: https://docs.discord.com/developers/components/reference (checked 2026-02).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import discord

from adapters.base import Button, ButtonName, ButtonPress
from adapters.discord.places import PLATFORM, address_at, place_of

# Tells our buttons from those of the other code in a bot that the assistant is attached to.
PREFIX = "llamadesk:"
MAX_LABEL_CHARS = 80
_NAMES: dict[str, ButtonName] = {PREFIX + name: name for name in get_args(ButtonName)}


def view_of(buttons: Sequence[Button]) -> discord.ui.View | None:
    """Give the buttons as discord.py sends them, None for none. Needs a running event loop."""
    if not buttons:
        return None
    view = discord.ui.View(timeout=None)
    for button in buttons:
        view.add_item(
            discord.ui.Button(
                style=discord.ButtonStyle.secondary,
                label=button.label[:MAX_LABEL_CHARS],
                custom_id=PREFIX + button.name,
            )
        )
    # A view that has ended is not kept by discord.py: a press is known by its custom id, after a restart, too.
    view.stop()
    return view


def parse_press(interaction: discord.Interaction[Any]) -> ButtonPress | None:
    """Give what was pressed, or None for what is no button of ours, or at a place that Discord does not tell."""
    message, channel = interaction.message, interaction.channel
    name = _NAMES.get(str(dict(interaction.data or {}).get("custom_id", "")))
    if interaction.type is not discord.InteractionType.component or name is None or message is None or channel is None:
        return None
    answered = address_at(place_of(channel, channel.id, interaction.guild_id), _answered_id(message))
    return ButtonPress(
        platform=PLATFORM,
        workspace=answered.workspace,
        channel=answered.channel,
        thread=answered.thread,
        message_id=str(message.id),
        button=name,
        author_id=str(interaction.user.id),
        author_name=interaction.user.display_name,
        press_id=str(interaction.id),
        is_direct=answered.is_direct,
    )


def _answered_id(message: discord.Message) -> int:
    """Give the id of the question: where no thread is, it names the conversation (see address_at)."""
    if message.interaction_metadata is not None:
        return message.interaction_metadata.id
    reference = message.reference.message_id if message.reference else None
    return reference or message.id

"""Discord: messages of its gateway in, replies through its REST API out, by discord.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import discord

    from adapters.base import ChatAdapter


def attach(bot: discord.Client) -> ChatAdapter:
    """Give the adapter that puts the assistant into an existing bot; see adapters.discord.cog."""
    from adapters.discord.cog import attach as attach_to

    return attach_to(bot)

"""Where something happens on Discord, and the web addresses of such places. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from adapters.base import ReplyAddress

PLATFORM = "discord"
# Discord's own clients show direct messages under this name in place of a server's id.
DIRECT_WORKSPACE = "@me"
_WEB = "https://discord.com/channels"


@dataclass(frozen=True, slots=True)
class Place:
    """A channel as the parts of an address; `thread` is "" outside of threads."""

    workspace: str
    channel: str
    thread: str = ""
    is_direct: bool = False


def place_of(channel: object, channel_id: int, guild_id: int | None) -> Place:
    """Give the place of a channel of which at least the id is known."""
    if isinstance(channel, discord.DMChannel):
        return Place(DIRECT_WORKSPACE, str(channel_id), is_direct=True)
    workspace = str(guild_id or "")
    if isinstance(channel, discord.Thread):
        return Place(workspace, str(channel.parent_id), str(channel_id))
    return Place(workspace, str(channel_id))


def address_at(place: Place, message_id: int, *, visible_to: str = "", interaction: str = "") -> ReplyAddress:
    """Give where a reply belongs to what was said at the place.

    A thread started from a message has that message's id, so a question in a channel already knows its thread.
    """
    return ReplyAddress(
        platform=PLATFORM,
        workspace=place.workspace,
        channel=place.channel,
        thread="" if place.is_direct else place.thread or str(message_id),
        message_id=str(message_id),
        is_direct=place.is_direct,
        visible_to=visible_to,
        interaction=interaction,
    )


def opens_thread(address: ReplyAddress) -> bool:
    """Whether the thread is that below the question, and so belongs to it alone at first."""
    return address.thread == address.message_id


def permalink_of(address: ReplyAddress) -> str:
    """Give where people find the message; "" for a slash command, which leaves none."""
    if address.interaction or not address.workspace:
        return ""
    channel = address.channel if not address.thread or opens_thread(address) else address.thread
    return f"{_WEB}/{address.workspace}/{channel}/{address.message_id}"

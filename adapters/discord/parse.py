"""Discord's messages and deletions as the contract's. Pure: reads only what they and the cache already hold.

Formats: https://docs.discord.com/developers/reference#message-formatting (checked 2026-02).
"""

from __future__ import annotations

import re

import discord

from adapters.base import DeletedMessage, IncomingMessage, ReplyAddress

PLATFORM = "discord"
# Discord's own clients show direct messages under this name in place of a server's id.
DIRECT_WORKSPACE = "@me"

_SPOKEN = (discord.MessageType.default, discord.MessageType.reply)
_MARKUP = re.compile(
    r"<@!?(?P<user>\d+)>|<@&(?P<role>\d+)>|<#(?P<channel>\d+)>|<a?(?P<emoji>:\w+:)\d+>|<(?P<command>/[^:<>]+):\d+>"
)


def parse_message(message: discord.Message, bot_id: int) -> IncomingMessage | None:
    """Give what a person said, or None for what nobody said: bots, webhooks and the platform's own notices."""
    if not is_spoken(message):
        return None
    own_role = _own_role(message, bot_id)
    return IncomingMessage(
        address=address_of(message),
        author_id=str(message.author.id),
        author_name=message.author.display_name,
        text=plain_text(message, bot_id),
        sent_at=message.created_at,
        mentions_assistant=any(user.id == bot_id for user in message.mentions) or own_role in message.role_mentions,
        mentions_others=_mentions_others(message, bot_id, own_role),
        edited_at=message.edited_at,
    )


def is_spoken(message: discord.Message) -> bool:
    """Whether a person said it."""
    return not message.author.bot and message.webhook_id is None and message.type in _SPOKEN


def says_something_new(update: discord.RawMessageUpdateEvent) -> bool:
    """Whether its author has changed the text: a preview that Discord adds is an update, too."""
    if update.cached_message is not None:
        return update.cached_message.content != update.message.content
    return update.message.edited_at is not None


def deleted_message(message_id: int, channel: object, channel_id: int, guild_id: int | None) -> DeletedMessage:
    """Give the deletion of a message in that channel, of which at least the id is known."""
    place = channel.parent_id if isinstance(channel, discord.Thread) else channel_id
    return DeletedMessage(PLATFORM, str(guild_id or DIRECT_WORKSPACE), str(place), str(message_id))


def address_of(message: discord.Message) -> ReplyAddress:
    """Give where a reply belongs.

    A thread started from a message has that message's id, so a question in a channel already knows its thread.
    """
    channel = message.channel
    if isinstance(channel, discord.DMChannel):
        return ReplyAddress(PLATFORM, DIRECT_WORKSPACE, str(channel.id), "", str(message.id), is_direct=True)
    if isinstance(channel, discord.Thread):
        parent, thread = channel.parent_id, channel.id
    else:
        parent, thread = channel.id, message.id
    return ReplyAddress(PLATFORM, _workspace(message), str(parent), str(thread), str(message.id))


def plain_text(message: discord.Message, bot_id: int) -> str:
    """Give the message's text (or that of the message it forwards) with names for ids, less the assistant's mention."""
    text = message.content or "\n".join(snapshot.content for snapshot in message.message_snapshots)
    spoken = _without_own_mention(text, bot_id, _own_role(message, bot_id))
    return _MARKUP.sub(lambda match: _named(message, match), spoken).strip()


def _without_own_mention(text: str, bot_id: int, own_role: discord.Role | None) -> str:
    own = rf"<@!?{bot_id}>" + (rf"|<@&{own_role.id}>" if own_role else "")
    return re.sub(rf"(?m)^(?:{own})[ \t]*|[ \t]*(?:{own})", "", text)


def _named(message: discord.Message, match: re.Match[str]) -> str:
    """Give what a reader sees in place of the markup."""
    kind, value = match.lastgroup, match[match.lastgroup or 0]
    if kind == "user":
        name = next((user.display_name for user in message.mentions if user.id == int(value)), "unknown-user")
        return f"@{name}"
    if kind == "role":
        role = message.guild and message.guild.get_role(int(value))
        return f"@{role.name if role else 'unknown-role'}"
    if kind == "channel":
        channel = message.guild and message.guild.get_channel_or_thread(int(value))
        return f"#{channel.name if channel else 'unknown'}"
    return value


def _mentions_others(message: discord.Message, bot_id: int, own_role: discord.Role | None) -> bool:
    """Whether the message speaks to somebody else; a reply that pings mentions the author of what it replies to."""
    nobody_else = (bot_id, message.author.id)
    return (
        message.mention_everyone
        or any(user.id not in nobody_else for user in message.mentions)
        or any(role != own_role for role in message.role_mentions)
    )


def _own_role(message: discord.Message, bot_id: int) -> discord.Role | None:
    """Give the role that Discord made for the assistant; people pick it by mistake, as it has the assistant's name."""
    roles = message.guild.roles if message.guild else []
    return next((role for role in roles if role.tags is not None and role.tags.bot_id == bot_id), None)


def _workspace(message: discord.Message) -> str:
    # A server in an outage is not in the cache; its channels then are bare ids, which still know their server.
    guild_id = message.guild.id if message.guild else getattr(message.channel, "guild_id", None)
    return str(guild_id or "")

"""Discord's messages and deletions as the contract's. Pure: reads only what they and the cache already hold.

Formats: https://docs.discord.com/developers/reference#message-formatting (checked 2026-02).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import discord

from adapters.base import DeletedMessage, IncomingMessage, ReplyAddress
from adapters.discord.contents import names_of_contents, poll_text
from adapters.discord.places import DIRECT_WORKSPACE, PLATFORM, address_at, place_of

_SPOKEN = (discord.MessageType.default, discord.MessageType.reply)
_MARKUP = re.compile(
    r"<@!?(?P<user>\d+)>|<@&(?P<role>\d+)>|<#(?P<channel>\d+)>|<a?(?P<emoji>:\w+:)\d+>|<(?P<command>/[^:<>]+):\d+>"
)


def parse_message(message: discord.Message, bot_id: int) -> IncomingMessage | None:
    """Give what a person said, or None for what nobody said: bots, webhooks and the platform's own notices."""
    if not is_spoken(message):
        return None
    own_role = _own_role(message.guild, bot_id)
    return IncomingMessage(
        address=address_of(message),
        author_id=str(message.author.id),
        author_name=message.author.display_name,
        text=plain_text(message, bot_id),
        sent_at=message.created_at,
        mentions_assistant=any(user.id == bot_id for user in message.mentions) or own_role in message.role_mentions,
        mentions_others=_mentions_others(message, bot_id, own_role),
        edited_at=message.edited_at,
        attachments=names_of_contents(message),
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
    """Give where a reply belongs."""
    # A server in an outage is not in the cache; its channels then are bare ids, which still know their server.
    guild_id = message.guild.id if message.guild else getattr(message.channel, "guild_id", None)
    return address_at(place_of(message.channel, message.channel.id, guild_id), message.id)


def plain_text(message: discord.Message, bot_id: int) -> str:
    """Give the message's text (or that of its poll, or of what it forwards) with names for ids, less the assistant's
    mention."""
    forwarded = "\n".join(snapshot.content for snapshot in message.message_snapshots)
    text = message.content or poll_text(message) or forwarded
    return spoken_text(text, message.guild, bot_id, message.mentions)


def spoken_text(text: str, guild: discord.Guild | None, bot_id: int, named: Iterable[discord.abc.User] = ()) -> str:
    """Give the text as a reader sees it; `named` are the people whose mentions it holds."""
    names = {user.id: user.display_name for user in named}
    spoken = _without_own_mention(text, bot_id, _own_role(guild, bot_id))
    return _MARKUP.sub(lambda match: _shown(match, guild, names), spoken).strip()


def _without_own_mention(text: str, bot_id: int, own_role: discord.Role | None) -> str:
    own = rf"<@!?{bot_id}>" + (rf"|<@&{own_role.id}>" if own_role else "")
    return re.sub(rf"(?m)^(?:{own})[ \t]*|[ \t]*(?:{own})", "", text)


def _shown(match: re.Match[str], guild: discord.Guild | None, names: Mapping[int, str]) -> str:
    """Give what a reader sees in place of the markup."""
    kind, value = match.lastgroup, match[match.lastgroup or 0]
    if kind == "user":
        return f"@{names.get(int(value), 'unknown-user')}"
    if kind == "role":
        role = guild and guild.get_role(int(value))
        return f"@{role.name if role else 'unknown-role'}"
    if kind == "channel":
        channel = guild and guild.get_channel_or_thread(int(value))
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


def _own_role(guild: discord.Guild | None, bot_id: int) -> discord.Role | None:
    """Give the role that Discord made for the assistant; people pick it by mistake, as it has the assistant's name."""
    roles = guild.roles if guild else []
    return next((role for role in roles if role.tags is not None and role.tags.bot_id == bot_id), None)

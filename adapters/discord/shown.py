"""What the assistant has shown already: finding it in the history, changing it, and taking it away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord

from adapters.base import RenderedPart, ReplyAddress
from adapters.discord.buttons import view_of
from adapters.discord.places import opens_thread
from adapters.errors import DeliveryUnknown

# How far a message is looked for after its question; Discord gives 100 messages a call.
MAX_MESSAGES = 1_000


async def find_shown(client: discord.Client, address: ReplyAddress, text: str) -> int | None:
    """Give the id of our own message with that text that answers the question, None if there is none. Discord's
    histories hold no nonces. Raises DeliveryUnknown if too much was written since."""
    for place in _places(address):
        # As `post_part` does: every reply names its question, but those to the one that opened the thread.
        named = None if opens_thread(address) and place == int(address.thread) else int(address.message_id)
        try:
            found = await find_in(client, place, int(address.message_id), text, named)
        except discord.NotFound:
            continue
        if found is not None:
            return found
    return None


async def edit_shown(client: discord.Client, address: ReplyAddress, message_id: int, part: RenderedPart) -> None:
    """Give the message that text and those buttons; raises discord.NotFound if it is gone."""

    async def edit(message: discord.PartialMessage) -> None:
        nobody = discord.AllowedMentions.none()
        await message.edit(content=part.text, allowed_mentions=nobody, view=view_of(part.buttons))

    await _where_it_is(client, address, message_id, edit)


async def delete_shown(client: discord.Client, address: ReplyAddress, message_id: int) -> None:
    """Take the message away; raises discord.NotFound if it is gone."""
    await _where_it_is(client, address, message_id, discord.PartialMessage.delete)


async def _where_it_is(
    client: discord.Client,
    address: ReplyAddress,
    message_id: int,
    change: Callable[[discord.PartialMessage], Awaitable[None]],
) -> None:
    """Make the change in the thread, or in the channel where the thread could not be opened."""
    *others, last = _places(address)
    for place in others:
        try:
            return await change(client.get_partial_messageable(place).get_partial_message(message_id))
        except discord.NotFound:
            continue
    return await change(client.get_partial_messageable(last).get_partial_message(message_id))


def _places(address: ReplyAddress) -> list[int]:
    return [int(place) for place in dict.fromkeys((address.thread, address.channel)) if place]


async def find_in(client: discord.Client, place: int, after: int, text: str, named: int | None) -> int | None:
    """Give the id of our own message with that text in the channel, newer than `after`, that replies to the message
    `named` (None: to none)."""
    own_id = client.user.id if client.user else None
    history = client.get_partial_messageable(place).history(
        after=discord.Object(after), limit=MAX_MESSAGES, oldest_first=True
    )
    read = 0
    async for message in history:
        read += 1
        answered = message.reference.message_id if message.reference else None
        if message.author.id == own_id and message.content == text.strip() and answered == named:
            return message.id
    if read >= MAX_MESSAGES:
        raise DeliveryUnknown("Too much was written after the question to look for the reply: see whether it is there")
    return None

"""Replies that one person alone sees: to a slash command in its place, to anything else as a direct message."""

from __future__ import annotations

import discord

from adapters.base import RenderedPart, ReplyAddress
from adapters.discord.ephemeral import InteractionOver, answer_first, follow_up, original
from adapters.discord.failures import translated
from adapters.discord.posting import post_message
from adapters.discord.shown import find_in
from adapters.errors import AdapterError, DeliveryUnknown
from adapters.recent import Recent

# Keys of parts of the last quarter of an hour, each a few dozen bytes.
MAX_REMEMBERED = 10_000


class PrivateReplies:
    """Sends parts to `address.visible_to`.

    The first part takes the place of "is thinking…", which can be repeated; Discord knows no repeat of those behind it,
    nor can they be looked for. Which were shown (by id), and which were not (None), is remembered here; where that is
    not known, a part that may be shown is not shown again.
    """

    def __init__(self) -> None:
        self._ids: Recent[str, int | None] = Recent(MAX_REMEMBERED)

    async def send(
        self, client: discord.Client, address: ReplyAddress, part: RenderedPart, key: str, *, may_be_shown: bool
    ) -> int:
        """Give the id of the message that the person now sees; raises AdapterError."""
        if (shown := self._ids.get(key)) is not None:
            return shown
        try:
            with translated():
                message_id = await self._send(client, address, part, key, may_be_shown=may_be_shown)
        except AdapterError as exc:
            if exc.retryable:
                self._ids[key] = None
            raise
        self._ids[key] = message_id
        return message_id

    async def _send(
        self, client: discord.Client, address: ReplyAddress, part: RenderedPart, key: str, *, may_be_shown: bool
    ) -> int:
        if address.interaction:
            is_unknown = may_be_shown and key not in self._ids
            try:
                return await _answer(client, address, part, is_unknown=is_unknown)
            except InteractionOver as exc:
                if is_unknown:
                    raise _unknown() from exc
                self._ids[key] = None
        return await _direct(client, address, part, key, may_be_shown=may_be_shown)


async def show_direct_typing(client: discord.Client, address: ReplyAddress) -> None:
    """Show in the direct chat that somebody writes; a slash command shows so by itself."""
    if not address.interaction:
        await client.http.send_typing(await _direct_channel(client, address))


async def _answer(client: discord.Client, address: ReplyAddress, part: RenderedPart, *, is_unknown: bool) -> int:
    with translated(may_be_repeated=True):
        first = await original(client, address)
    if first.is_open:
        return await answer_first(client, address, part)
    if is_unknown:
        if first.text == part.text.strip():
            return first.message_id
        raise _unknown()
    return await follow_up(client, address, part)


async def _direct(
    client: discord.Client, address: ReplyAddress, part: RenderedPart, key: str, *, may_be_shown: bool
) -> int:
    with translated(may_be_repeated=True):
        channel = await _direct_channel(client, address)
        question = int(address.message_id)
        found = await find_in(client, channel, question, part.text, named=None) if may_be_shown else None
    return found or await post_message(client.get_partial_messageable(channel), part, key)


async def _direct_channel(client: discord.Client, address: ReplyAddress) -> int:
    if address.is_direct:
        return int(address.channel)
    return int((await client.http.start_private_message(int(address.visible_to)))["id"])


def _unknown() -> DeliveryUnknown:
    return DeliveryUnknown("Discord can't tell whether this person was shown this part of the reply")

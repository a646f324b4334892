"""Replies that one person alone sees."""

from __future__ import annotations

from adapters.base import RenderedPart, ReplyAddress
from adapters.errors import AuthenticationFailed, DeliveryRefused
from adapters.slack.answer_url import is_answer_url, post_answer
from adapters.slack.web import SlackWeb


async def show_privately(web: SlackWeb, address: ReplyAddress, part: RenderedPart) -> str:
    """Show the part to `address.visible_to` and give its id, "" where it has none.

    As an ephemeral message, which works at any time; where that is refused, as it is where the assistant is not in the
    channel, through the address that the command came with.
    """
    try:
        return await web.post_ephemeral(address, part)
    except (AuthenticationFailed, DeliveryRefused):
        if not is_answer_url(address.interaction, web.client.base_url):
            raise
    await post_answer(web, address, part)
    return ""

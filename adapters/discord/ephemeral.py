"""The answers to a slash command that only its author sees, within the fifteen minutes that its token is good for.

https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages (checked 2026-02).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import discord
from discord.http import Route

from adapters.base import RenderedPart, ReplyAddress
from adapters.discord.buttons import view_of
from adapters.discord.failures import UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, WRONG_WEBHOOK_TOKEN

EPHEMERAL = discord.MessageFlags(ephemeral=True).value
NO_EMBEDS = discord.MessageFlags(suppress_embeds=True).value
_LOADING = discord.MessageFlags(loading=True).value
_ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
_FOLLOW_UPS = "/webhooks/{webhook_id}/{webhook_token}"
_GONE = (UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, WRONG_WEBHOOK_TOKEN)


class InteractionOver(Exception):
    """The interaction can't be answered any more."""


@dataclass(frozen=True, slots=True)
class Original:
    """The first answer: `is_open` while it only says that one will come."""

    message_id: int
    is_open: bool
    text: str


async def original(client: discord.Client, address: ReplyAddress) -> Original:
    """Give what stands in the place of the first answer. Raises InteractionOver."""
    data = await _request(client, address, "GET", _ORIGINAL)
    text = str(data.get("content", ""))
    # No part of ours is empty.
    return Original(int(data["id"]), not text or bool(int(data.get("flags", 0)) & _LOADING), text)


async def answer_first(client: discord.Client, address: ReplyAddress, part: RenderedPart) -> int:
    """Put the part in the place of the first answer, again if need be; give its id. Raises InteractionOver."""
    data = await _request(client, address, "PATCH", _ORIGINAL, _payload(part, NO_EMBEDS))
    return int(data["id"])


async def follow_up(client: discord.Client, address: ReplyAddress, part: RenderedPart) -> int:
    """Show the part below what was answered, each time anew; give its id. Raises InteractionOver."""
    data = await _request(client, address, "POST", _FOLLOW_UPS, _payload(part, NO_EMBEDS | EPHEMERAL))
    return int(data["id"])


def _payload(part: RenderedPart, flags: int) -> dict[str, Any]:
    view = view_of(part.buttons)
    return {
        "content": part.text,
        "flags": flags,
        "components": view.to_components() if view else [],
        "allowed_mentions": discord.AllowedMentions.none().to_dict(),
    }


async def _request(
    client: discord.Client, address: ReplyAddress, method: str, path: str, payload: Mapping[str, Any] | None = None
) -> Any:
    """Call Discord with the client's own limits and repeats, which its webhooks don't keep to."""
    application_id, _, token = address.interaction.partition(":")
    # By these names discord.py knows that each token has a rate limit of its own.
    route = Route(method, path, webhook_id=application_id, webhook_token=token)
    try:
        body: dict[str, Any] = {} if payload is None else {"json": payload}
        return await client.http.request(route, **body)
    except discord.HTTPException as exc:
        if exc.code in _GONE:
            raise InteractionOver from exc
        raise

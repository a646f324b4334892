"""Puts one part of a reply at its address: in a thread below the question, or at the question if there can be none."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from typing import Final

import discord

from adapters.base import RenderedPart, ReplyAddress
from adapters.discord.buttons import view_of
from adapters.discord.failures import THREAD_ALREADY_CREATED, WRONG_CHANNEL_TYPE
from adapters.discord.parse import plain_text
from adapters.discord.places import opens_thread

# https://docs.discord.com/developers/resources/message#create-message (checked 2026-02)
NONCE_CHARS = 25
# https://docs.discord.com/developers/resources/channel#trigger-typing-indicator (checked 2026-02)
TYPING_S = 10.0
# https://docs.discord.com/developers/resources/channel#start-thread-from-message (checked 2026-02); the limit is 100.
THREAD_NAME_CHARS = 60
THREAD_NAME = "Support"
# After a day without a message Discord hides the thread; the next message shows it again.
ARCHIVE_AFTER_MINUTES: Final = 1440


async def post_part(client: discord.Client, address: ReplyAddress, part: RenderedPart, idempotency_key: str) -> int:
    """Give the id of the message that now is visible; raises discord.py's exceptions."""
    in_thread = bool(address.thread) and await _open_thread(client, address)
    place = int(address.thread if in_thread else address.channel)
    target = client.get_partial_messageable(place)
    return await post_message(
        target, part, idempotency_key, None if in_thread and opens_thread(address) else _question(address, place)
    )


async def post_message(
    target: discord.abc.Messageable,
    part: RenderedPart,
    idempotency_key: str,
    reference: discord.MessageReference | None = None,
) -> int:
    """Give the id of the message that now is visible there, which pings and unfurls nothing."""
    message: discord.Message = await target.send(
        part.text,
        nonce=nonce(idempotency_key),  # discord.py 2.7 sends enforce_nonce with it
        allowed_mentions=discord.AllowedMentions.none(),
        suppress_embeds=True,
        # discord.py's types lack None, its default for both.
        reference=reference,  # type: ignore[arg-type]
        view=view_of(part.buttons),  # type: ignore[arg-type]
    )
    return message.id


async def show_typing(client: discord.Client, address: ReplyAddress) -> None:
    """Show for TYPING_S that somebody writes where the reply will be; in the channel where its thread is not yet."""
    in_thread = address.thread and (not opens_thread(address) or client.get_channel(int(address.thread)) is not None)
    await client.http.send_typing(int(address.thread if in_thread else address.channel))


async def _open_thread(client: discord.Client, address: ReplyAddress) -> bool:
    """Make sure that the address's thread exists; False where the channel, or the permissions, allow none."""
    if not opens_thread(address) or client.get_channel(int(address.thread)) is not None:
        return True
    try:
        await client.http.start_thread_with_message(
            int(address.channel),
            int(address.message_id),
            name=thread_name(client, address),
            auto_archive_duration=ARCHIVE_AFTER_MINUTES,
        )
    except discord.Forbidden:
        return False
    except discord.HTTPException as exc:
        if exc.code == WRONG_CHANNEL_TYPE:
            return False
        # Not found: the first post of a forum is in its thread, not in the forum. If the question was deleted instead,
        # sending to the thread fails with the same status.
        if exc.code != THREAD_ALREADY_CREATED and exc.status != 404:
            raise
    return True


def nonce(idempotency_key: str) -> str:
    """Give the key in the length that Discord takes."""
    digest = hashlib.sha256(idempotency_key.encode()).digest()
    return urlsafe_b64encode(digest).decode()[:NONCE_CHARS]


def thread_name(client: discord.Client, address: ReplyAddress) -> str:
    """Give the question's first words, as long as discord.py's cache of recent messages holds it."""
    question = discord.utils.get(client.cached_messages, id=int(address.message_id))
    if question is None or client.user is None:
        return THREAD_NAME
    words = " ".join(plain_text(question, client.user.id).split())
    return shortened(words) or THREAD_NAME


def shortened(text: str) -> str:
    """Give the text in at most THREAD_NAME_CHARS characters, cut between words where it can be."""
    if len(text) <= THREAD_NAME_CHARS:
        return text
    head = text[: THREAD_NAME_CHARS - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head) + "…"


def _question(address: ReplyAddress, place: int) -> discord.MessageReference:
    """Show which message is answered, where several could be; one deleted meanwhile does not fail the send."""
    return discord.MessageReference(message_id=int(address.message_id), channel_id=place, fail_if_not_exists=False)

"""What a message holds besides its text: files, stickers, previews and polls, by the names that people see. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

import discord

# A sticker or file has a short name by Discord's own limits; what an embed calls itself can be long.
MAX_NAME_CHARS = 100


def names_of_contents(message: discord.Message) -> tuple[str, ...]:
    """Give the names of what came with the message, and with what it forwards, in the order shown.

    The previews of links are named only where there is nothing else: they are not what its author sent.
    """
    sources: tuple[discord.Message | discord.MessageSnapshot, ...] = (message, *message.message_snapshots)
    names = [name for source in sources for name in (*_files(source.attachments), *_stickers(source.stickers))]
    if not names and not any(source.content for source in sources):
        names = [name for source in sources for name in _embeds(source.embeds)]
    return tuple(_shortened(name) for name in names)


def poll_text(message: discord.Message) -> str:
    """Give the question and the answers of a poll, "" for any other message."""
    if message.poll is None:
        return ""
    return "\n".join([message.poll.question, *(f"- {answer.text}" for answer in message.poll.answers)])


def _files(attachments: Iterable[discord.Attachment]) -> list[str]:
    # A title is what the file was called, without its ending, where Discord had to leave characters out of the name.
    return [
        attachment.title + PurePosixPath(attachment.filename).suffix if attachment.title else attachment.filename
        for attachment in attachments
    ]


def _stickers(stickers: Iterable[discord.StickerItem]) -> list[str]:
    return [sticker.name for sticker in stickers]


def _embeds(embeds: Iterable[discord.Embed]) -> list[str]:
    return [embed.title or embed.url or "embed" for embed in embeds]


def _shortened(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= MAX_NAME_CHARS else line[: MAX_NAME_CHARS - 1] + "…"

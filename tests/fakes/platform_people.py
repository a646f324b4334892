"""The people on the fake platform: what they write, and the platform's rules for texts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from adapters.base import CommandName, IncomingMessage, Missed, ReplyAddress, Source

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
# The platform's rule: these notify people. Its adapter takes their force with an invisible word joiner.
PING = re.compile(r"@\w+|<!\w+>|<@\w+>|<!subteam\^\w+>|<@&\w+>")
WORD_JOINER = "\u2060"


@dataclass
class FakePeople:
    """Who writes on the platform. `unheard` are posts that were written while nobody was connected; `posts` keeps how
    each one stands, by event key."""

    platform: str = "fake"
    unheard: list[IncomingMessage] = field(default_factory=list)
    posts: dict[str, IncomingMessage] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _seconds: itertools.count[int] = field(default_factory=itertools.count)

    def new_id(self) -> str:
        return f"M{next(self._ids)}"

    def next_time(self) -> datetime:
        return EPOCH + timedelta(seconds=next(self._seconds))

    def stands(self, message: IncomingMessage) -> bool:
        """Whether the post already has these words and mentions."""
        post = self.posts.get(message.event_key)
        return post is not None and replace(post, edited_at=None) == replace(message, edited_at=None)

    def unheard_since(self, missed: Missed | None) -> list[IncomingMessage]:
        """Give the unheard posts that may be read; direct chats only where they are known."""
        if missed is None:
            return []
        read = [message for message in self.unheard if message.sent_at > missed.since]
        return [m for m in read if not m.address.is_direct or m.address.channel in missed.direct_channels]

    def message(
        self,
        text: str,
        *,
        message_id: str = "",
        channel: str = "C1",
        thread: str = "",
        author: str = "U1",
        mention: bool = False,
        mention_other: bool = False,
        direct: bool = False,
        attachments: tuple[str, ...] = (),
    ) -> IncomingMessage:
        """Give what a person's post becomes; ids and times count upwards."""
        message_id = message_id or self.new_id()
        address = ReplyAddress(
            platform=self.platform,
            workspace="W1",
            channel=f"D-{author}" if direct else channel,
            thread="" if direct else thread or message_id,
            message_id=message_id,
            is_direct=direct,
        )
        return IncomingMessage(
            address=address,
            author_id=author,
            author_name=f"Person {author}",
            text=text,
            sent_at=self.next_time(),
            mentions_assistant=mention,
            mentions_others=mention_other,
            attachments=attachments,
        )

    def command(self, text: str, name: CommandName | None = None, *, author: str = "U1") -> IncomingMessage:
        """Give what a slash command in the channel becomes: /ask, or the one with that name."""
        message = self.message(text, author=author, mention=name is None)
        address = replace(message.address, thread="", visible_to=author)
        return replace(message, address=address, command=name)


def pings_in(texts: Iterable[str]) -> list[str]:
    return [ping for text in texts for ping in PING.findall(text)]


def harmless(text: str) -> str:
    return text.replace("@", "@" + WORD_JOINER).replace("<!", "<" + WORD_JOINER + "!")


def source_line(source: Source) -> str:
    return " ".join(part for part in (f"[{source.number}]", source.title, source.heading, source.url) if part)

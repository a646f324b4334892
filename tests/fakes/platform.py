"""A chat platform in memory: the adapter for tests of what lies behind the port. Passes the same contract."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.base import (
    Capabilities,
    IncomingMessage,
    OnMessage,
    RenderedPart,
    Reply,
    ReplyAddress,
    SentMessage,
    Source,
)
from adapters.errors import AdapterError, AuthenticationFailed, DeliveryRefused, PlatformUnavailable
from adapters.split_text import split_text

GOOD_TOKEN = "fake-good-token"
CHANNELS = ("C1", "C2")
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
IN_MEMORY = Capabilities(max_chars=2000, idempotent_send=True, threads=True)
# The platform's rule: these notify people. Its adapter takes their force with an invisible word joiner.
PING = re.compile(r"@\w+|<!\w+>|<@\w+>|<!subteam\^\w+>|<@&\w+>")
WORD_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class Shown:
    """One message of the assistant that people see."""

    message_id: str
    address: ReplyAddress
    text: str
    idempotency_key: str


@dataclass
class FakePlatform:
    """A `ChatAdapter` whose platform is itself: `people_say` brings messages in, `shown` is what people see.

    `failures` are raised by the next calls of `send`, first one first (None lets a call through); a failure in
    `lost_answers` is raised after the message was shown, as when the platform's answer is lost.
    """

    token: str = GOOD_TOKEN
    platform: str = "fake"
    capabilities: Capabilities = IN_MEMORY
    shown: list[Shown] = field(default_factory=list)
    failures: list[AdapterError | None] = field(default_factory=list)
    lost_answers: list[AdapterError] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    _on_message: OnMessage | None = None
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _seconds: itertools.count[int] = field(default_factory=itertools.count)

    async def start(self, on_message: OnMessage) -> None:
        if self.token != GOOD_TOKEN:
            raise AuthenticationFailed("The fake platform refused FAKE_TOKEN: set it to the good one.")
        self._on_message = on_message

    def render(self, reply: Reply) -> Sequence[RenderedPart]:
        text = "\n\n".join([reply.text, *map(_source_line, reply.sources)])
        parts = split_text(_harmless(text), self.capabilities.max_chars)
        return tuple(RenderedPart(part) for part in parts)

    async def send(self, address: ReplyAddress, part: RenderedPart, idempotency_key: str) -> SentMessage:
        if self._on_message is None:
            raise PlatformUnavailable("The fake platform is closed: start it first.")
        if self.failures and (failure := self.failures.pop(0)) is not None:
            raise failure
        if not address.is_direct and address.channel not in CHANNELS:
            raise DeliveryRefused(f"The fake platform has no channel {address.channel}.")
        sent = self._show(address, part, idempotency_key)
        if self.lost_answers:
            raise self.lost_answers.pop(0)
        return SentMessage(sent.message_id)

    def _show(self, address: ReplyAddress, part: RenderedPart, key: str) -> Shown:
        if self.capabilities.idempotent_send:
            for earlier in self.shown:
                if earlier.idempotency_key == key:
                    return earlier
        self.shown.append(Shown(self.new_id(), address, part.text, key))
        return self.shown[-1]

    async def close(self) -> None:
        self._on_message = None

    def new_id(self) -> str:
        return f"M{next(self._ids)}"

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
            sent_at=EPOCH + timedelta(seconds=next(self._seconds)),
            mentions_assistant=mention,
            mentions_others=mention_other,
        )

    async def people_say(self, message: IncomingMessage) -> None:
        """Deliver one event. A failure of the callback leaves it unacknowledged, and is the caller's to see."""
        if self._on_message is None:
            raise PlatformUnavailable("The fake platform is closed: start it first.")
        await self._on_message(message)
        self.acknowledged.add(message.address.message_id)

    def texts_at(self, address: ReplyAddress) -> list[str]:
        """Give what people see in that conversation, oldest first."""
        place = (address.channel, address.thread)
        return [shown.text for shown in self.shown if (shown.address.channel, shown.address.thread) == place]

    def pinged_at(self, address: ReplyAddress) -> list[str]:
        """Give the mentions in that conversation which have notified somebody."""
        return [ping for text in self.texts_at(address) for ping in PING.findall(text)]


def _harmless(text: str) -> str:
    return text.replace("@", "@" + WORD_JOINER).replace("<!", "<" + WORD_JOINER + "!")


def _source_line(source: Source) -> str:
    return " ".join(part for part in (f"[{source.number}]", source.title, source.heading, source.url) if part)

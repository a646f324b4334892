"""What a platform's tests provide to run the adapter contract: a platform that can be told what people do on it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

from adapters.base import ChatAdapter, IncomingMessage, OnMessage, ReplyAddress


class AdapterHarness(ABC):
    """One platform with one adapter connected to it. The flags say what the platform is able to do.

    has_channels: people can talk to each other, and name the assistant (false: every message is a direct one).
    acknowledges: the platform learns whether an event was taken, and delivers it again if not.
    events_per_mention: how many events one post in a channel that names the assistant makes.
    token_setting: the setting that a wrong token's error must name; "" where the platform has no token.
    unknown_channel: a well-formed channel id that the platform refuses; "" where there is no such thing.
    """

    adapter: ChatAdapter
    has_channels = True
    acknowledges = True
    events_per_mention = 1
    token_setting = ""
    unknown_channel = ""

    async def start(self, on_message: OnMessage) -> None:
        await self.adapter.start(on_message)

    @abstractmethod
    async def post(
        self,
        text: str,
        *,
        mention: bool = False,
        mention_other: bool = False,
        direct: bool = False,
        in_thread_of: str | None = None,
        author: str = "U1",
        bot: bool = False,
        own: bool = False,
    ) -> str:
        """Give the id of a new post on the platform, whose events are on their way when this returns.

        `mention` puts the platform's mention of the assistant in front of the text, `mention_other` one of another
        person. `direct` writes in the one-to-one chat. `in_thread_of` is the id of a message with a thread below it.
        `bot` posts as another bot, `own` as the assistant itself.
        """

    @abstractmethod
    async def redeliver(self, message_id: str) -> None:
        """Make the platform send the events of that post once more."""

    @abstractmethod
    async def visible(self, address: ReplyAddress) -> list[str]:
        """Texts that the assistant has put where the address points, oldest first, as the platform stored them."""

    @abstractmethod
    async def pinged(self, address: ReplyAddress) -> list[str]:
        """Whom the assistant's messages at the address have notified, by the platform's own rules."""

    async def settled(self, message_id: str) -> None:
        """Return once every event of the post was either acknowledged or refused."""
        raise NotImplementedError

    async def acknowledged(self, message_id: str) -> bool:
        """Whether every event of the post has been acknowledged by now."""
        raise NotImplementedError

    def with_wrong_token(self) -> ChatAdapter:
        """Give a second, not yet started adapter, whose token the platform refuses (where `token_setting` is set)."""
        raise NotImplementedError

    def length(self, text: str) -> int:
        """Characters of a part in the platform's own count."""
        return len(text)

    @abstractmethod
    async def close(self) -> None:
        """End the adapter and the platform."""


class Inbox:
    """An `on_message` that keeps what it gets, can be held back, and can be told to fail."""

    def __init__(self) -> None:
        self.messages: list[IncomingMessage] = []
        self.fails = False
        self._arrived = asyncio.Condition()
        self._open = asyncio.Event()
        self._open.set()

    async def __call__(self, message: IncomingMessage) -> None:
        self.messages.append(message)
        async with self._arrived:
            self._arrived.notify_all()
        await self._open.wait()
        if self.fails:
            raise ConnectionError("the store is away")

    def hold(self) -> None:
        """Keep every call waiting until `release`."""
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    async def first(self, count: int = 1, timeout_s: float = 20) -> list[IncomingMessage]:
        """Give the first `count` messages, as soon as they are there."""
        async with asyncio.timeout(timeout_s), self._arrived:
            await self._arrived.wait_for(lambda: len(self.messages) >= count)
        return self.messages[:count]

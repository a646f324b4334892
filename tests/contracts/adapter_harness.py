"""What a platform's tests provide to run the adapter contract: a platform that can be told what people do on it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from adapters.base import (
    ButtonName,
    ButtonPress,
    ChatAdapter,
    DeletedMessage,
    IncomingEvent,
    IncomingMessage,
    Missed,
    OnEvent,
    ReplyAddress,
)


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody writes on the platform.

    `mention` puts the platform's mention of the assistant in front of the text, `mention_other` one of another person.
    `direct` writes in the one-to-one chat. `in_thread_of` is the id of a message with a thread below it. `bot` posts as
    another bot, `own` as the assistant itself. `attachments` are the names of files that come with it.
    """

    text: str
    mention: bool = False
    mention_other: bool = False
    direct: bool = False
    in_thread_of: str = ""
    author: str = "U1"
    bot: bool = False
    own: bool = False
    attachments: tuple[str, ...] = ()


class AdapterHarness(ABC):
    """One platform with one adapter connected to it. The flags say what the platform is able to do.

    has_channels: people can talk to each other, and name the assistant (false: every message is a direct one).
    acknowledges: the platform learns whether an event was taken, and delivers it again if not.
    events_per_mention: how many events one post in a channel that names the assistant makes.
    token_setting: the setting that a wrong token's error must name; "" where the platform has no token.
    unknown_channel: a well-formed channel id that the platform refuses; "" where there is no such thing.
    people_change: people can edit what they wrote; people_delete: they can take it away.
    tells_missed: what was written while nobody was connected can be read afterwards.
    loses_answers: there is a network between the adapter and the platform.
    has_commands: people can give slash commands.
    has_files: people can send files and images; files_beside_words: several of them, and words, in one post.
    """

    adapter: ChatAdapter
    has_channels = True
    acknowledges = True
    events_per_mention = 1
    token_setting = ""
    unknown_channel = ""
    people_change = True
    people_delete = True
    tells_missed = False
    loses_answers = True
    has_commands = False
    has_files = True
    files_beside_words = True

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        await self.adapter.start(on_event, missed)

    @abstractmethod
    async def post(self, post: Post) -> str:
        """Give the id of a new post on the platform, whose events are on their way when this returns."""

    async def edit(self, message_id: str, post: Post) -> None:
        """Let the author of a post change it into this one (where `people_change`)."""
        raise NotImplementedError

    async def delete(self, message_id: str) -> None:
        """Let somebody take a post away (where `people_delete`)."""
        raise NotImplementedError

    async def preview(self, message_id: str) -> None:
        """Let the platform add a link's preview to a post, and tell of that change (where `people_change`)."""
        raise NotImplementedError

    async def unheard(self, post: Post) -> str:
        """Write a post while nobody is connected (where `tells_missed`)."""
        raise NotImplementedError

    async def direct_channel(self, author: str = "U1") -> str:
        """Give the channel of the author's one-to-one chat (where `tells_missed`)."""
        raise NotImplementedError

    async def lose_answer(self) -> None:
        """Let the next `send` be carried out and its answer be lost, and then let the time pass in which the platform
        by itself knows a repeat (where `loses_answers`)."""
        raise NotImplementedError

    async def command(self, name: str, text: str = "", author: str = "U1") -> None:
        """Let a person give the slash command "ask", "human", "forget" or "sources", in the channel where a post that
        is not direct goes (where `has_commands`)."""
        raise NotImplementedError

    async def press(self, address: ReplyAddress, message_id: str, button: ButtonName, author: str = "U1") -> str:
        """Let a person press that button below the assistant's message; give the word that this person alone then saw,
        "" if none (where `Capabilities.buttons`)."""
        raise NotImplementedError

    async def buttons(self, address: ReplyAddress) -> list[tuple[str, ...]]:
        """Names of the buttons below each message that `visible` tells of (where `Capabilities.buttons`)."""
        raise NotImplementedError

    async def private(self, address: ReplyAddress) -> list[str]:
        """Texts of the assistant that nobody but `address.visible_to` saw; `visible` does not tell of them (where
        `Capabilities.private_replies`)."""
        raise NotImplementedError

    async def working(self, address: ReplyAddress) -> bool:
        """Whether the platform shows there that the question is being worked at (where `Capabilities.working_s`)."""
        raise NotImplementedError

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
    """An `on_event` that keeps what it gets, can be held back, and can be told to fail. `word` is what it gives for a
    button that was pressed."""

    def __init__(self) -> None:
        self.messages: list[IncomingMessage] = []
        self.deletions: list[DeletedMessage] = []
        self.presses: list[ButtonPress] = []
        self.word = ""
        self.fails = False
        self._arrived = asyncio.Condition()
        self._open = asyncio.Event()
        self._open.set()

    async def __call__(self, event: IncomingEvent) -> str | None:
        if isinstance(event, DeletedMessage):
            self.deletions.append(event)
        elif isinstance(event, ButtonPress):
            self.presses.append(event)
        else:
            self.messages.append(event)
        async with self._arrived:
            self._arrived.notify_all()
        await self._open.wait()
        if self.fails:
            raise ConnectionError("the store is away")
        return self.word if isinstance(event, ButtonPress) else None

    def hold(self) -> None:
        """Keep every call waiting until `release`."""
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    @property
    def changes(self) -> list[IncomingMessage]:
        """What arrived as changed posts."""
        return [message for message in self.messages if message.edited_at is not None]

    async def first(self, count: int = 1, timeout_s: float = 20) -> list[IncomingMessage]:
        """Give the first `count` messages, as soon as they are there."""
        await self.until(lambda: len(self.messages) >= count, timeout_s)
        return self.messages[:count]

    async def first_change(self, timeout_s: float = 20) -> IncomingMessage:
        """Give the first changed post."""
        await self.until(lambda: bool(self.changes), timeout_s)
        return self.changes[0]

    async def first_deletion(self, timeout_s: float = 20) -> DeletedMessage:
        """Give the first deleted post."""
        await self.until(lambda: bool(self.deletions), timeout_s)
        return self.deletions[0]

    async def until(self, there: Callable[[], bool], timeout_s: float = 20) -> None:
        """Return once what has arrived is enough."""
        async with asyncio.timeout(timeout_s), self._arrived:
            await self._arrived.wait_for(there)

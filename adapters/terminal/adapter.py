"""The terminal: lines go in through `post`, replies come out on a stream."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TextIO

from adapters.base import Capabilities, Missed, OnEvent, RenderedPart, Reply, ReplyAddress, SentMessage, event_key
from adapters.errors import DeliveryRefused, PlatformUnavailable
from adapters.terminal.parse import PLATFORM, parse_line
from adapters.terminal.render import MAX_CHARS, render


class TerminalAdapter:
    """One person at one terminal. `session` keeps this terminal's conversations apart from any other's."""

    platform = PLATFORM
    capabilities = Capabilities(max_chars=MAX_CHARS, idempotent_send=True, threads=False, edits=False)

    def __init__(self, out: TextIO, session: str, author: str = "you") -> None:
        self._out = out
        self._session = session
        self._author = author
        self._on_event: OnEvent | None = None
        self._conversation = 1
        self._lines = 0
        self._replied: dict[str, asyncio.Event] = {}
        self._shown: set[str] = set()

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        self._on_event = on_event

    def new_conversation(self) -> None:
        """Let the next line begin a conversation without a past."""
        self._conversation += 1

    async def post(self, line: str) -> str:
        """Give a typed line to the assistant; returns its event key once it is stored."""
        if self._on_event is None:
            raise PlatformUnavailable("the terminal is not started")
        self._lines += 1
        message = parse_line(
            line,
            session=self._session,
            conversation=self._conversation,
            number=self._lines,
            author=self._author,
        )
        self._replied[message.event_key] = asyncio.Event()
        await self._on_event(message)
        return message.event_key

    async def replied(self, event_key: str) -> None:
        """Return once the reply to that line stands on the terminal."""
        await self._replied[event_key].wait()

    def render(self, reply: Reply) -> Sequence[RenderedPart]:
        return render(reply)

    async def send(
        self, address: ReplyAddress, part: RenderedPart, idempotency_key: str, *, may_be_shown: bool = False
    ) -> SentMessage:
        if address.workspace != self._session:
            raise DeliveryRefused("that terminal is gone")
        if idempotency_key not in self._shown:
            self._show(part)
            self._shown.add(idempotency_key)
        if event_key(address) in self._replied:
            self._replied[event_key(address)].set()
        return SentMessage(idempotency_key)

    async def edit(self, address: ReplyAddress, message_id: str, part: RenderedPart) -> None:
        raise DeliveryRefused("a line that was printed can't be changed")

    async def retract(self, address: ReplyAddress, message_id: str) -> None:
        raise DeliveryRefused("a line that was printed can't be taken back")

    async def show_working(self, address: ReplyAddress, *, is_working: bool = True) -> None:
        """The terminal's own prompt shows it."""

    def permalink(self, address: ReplyAddress) -> str:
        return ""

    async def close(self) -> None:
        self._on_event = None

    def _show(self, part: RenderedPart) -> None:
        try:
            print(part.text, file=self._out, flush=True)
        except OSError as exc:
            raise DeliveryRefused("the terminal can't be written to") from exc

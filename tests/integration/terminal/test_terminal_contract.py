"""The terminal keeps the adapter contract."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest

from adapters.base import IncomingEvent, IncomingMessage, Missed, OnEvent, RenderedPart, ReplyAddress
from adapters.errors import DeliveryRefused, PlatformUnavailable
from adapters.terminal.adapter import TerminalAdapter
from tests.contracts.adapter_contract import AdapterContract
from tests.contracts.adapter_harness import AdapterHarness, Inbox, Post


class Screen(io.StringIO):
    """Keeps each print apart."""

    def __init__(self) -> None:
        super().__init__()
        self.prints: list[str] = []
        self._line = ""

    def write(self, text: str) -> int:
        self._line += text
        return len(text)

    def flush(self) -> None:
        if self._line:
            self.prints.append(self._line.removesuffix("\n"))
            self._line = ""


class TerminalHarness(AdapterHarness):
    has_channels = False
    acknowledges = False
    people_change = False
    people_delete = False
    loses_answers = False
    has_files = False

    def __init__(self) -> None:
        self.screen = Screen()
        self.adapter: TerminalAdapter = TerminalAdapter(self.screen, "session-1")
        self._taken: dict[str, IncomingMessage] = {}
        self._on_event: OnEvent | None = None

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        self._on_event = on_event
        await self.adapter.start(self._take, missed)

    async def _take(self, event: IncomingEvent) -> None:
        assert isinstance(event, IncomingMessage)
        self._taken[event.address.message_id] = event
        assert self._on_event is not None
        await self._on_event(event)

    async def post(self, post: Post) -> str:
        key = await self.adapter.post(post.text)
        return key.rpartition(":")[2]

    async def redeliver(self, message_id: str) -> None:
        await self._take(self._taken[message_id])

    async def visible(self, address: ReplyAddress) -> list[str]:
        return self.screen.prints

    async def pinged(self, address: ReplyAddress) -> list[str]:
        return []

    async def close(self) -> None:
        await self.adapter.close()


class TestTerminalAdapter(AdapterContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[AdapterHarness]:
        harness = TerminalHarness()
        yield harness
        await harness.close()


async def test_reply_of_another_session_is_refused() -> None:
    """A terminal that has gone does not get its answer on somebody else's."""
    adapter = TerminalAdapter(Screen(), "session-1")
    await adapter.start(Inbox())
    stranger = ReplyAddress("terminal", "session-2", "conversation-1", "", "1", is_direct=True)
    with pytest.raises(DeliveryRefused):
        await adapter.send(stranger, RenderedPart("hello"), "key")


async def test_line_before_the_start_is_an_error() -> None:
    """Nobody could store it."""
    with pytest.raises(PlatformUnavailable):
        await TerminalAdapter(Screen(), "session-1").post("hello")


async def test_replied_waits_for_the_reply_to_that_line() -> None:
    """Also when it came before anybody waited."""
    adapter, inbox = TerminalAdapter(Screen(), "session-1"), Inbox()
    await adapter.start(inbox)
    key = await adapter.post("hello")
    await adapter.send(inbox.messages[0].address, RenderedPart("hi"), "key")
    await adapter.replied(key)


async def test_new_conversation_is_another_place() -> None:
    """The next line has no past."""
    adapter, inbox = TerminalAdapter(Screen(), "session-1"), Inbox()
    await adapter.start(inbox)
    await adapter.post("one")
    adapter.new_conversation()
    await adapter.post("two")
    first, second = (message.address for message in inbox.messages)
    assert first.channel != second.channel


async def test_closed_terminal_refuses_a_reply() -> None:
    """A pipe that nobody reads any more is no reason to try again."""

    class Gone(Screen):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    adapter, inbox = TerminalAdapter(Gone(), "session-1"), Inbox()
    await adapter.start(inbox)
    await adapter.post("hello")
    with pytest.raises(DeliveryRefused):
        await adapter.send(inbox.messages[0].address, RenderedPart("hi"), "key")

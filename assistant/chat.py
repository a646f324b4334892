"""Talking on a terminal: `assistant chat` and `assistant ask`, through the same gateway and worker as any platform."""

from __future__ import annotations

import asyncio
import contextlib
import io
import threading
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import TextIO

from adapters.terminal.adapter import TerminalAdapter
from assistant.config import Settings
from assistant.conversations.replies import StoredReply, find_reply
from assistant.errors import AssistantError
from assistant.gateway import Gateway
from assistant.queue import WakeUpQueue
from assistant.wiring import manners

REPLY_MARGIN_S = 60.0
"""What a reply may take beyond the time that the model has: retries, and a machine that is busy."""
NEW = "/new"
QUIT = ("/quit", "/exit")


@asynccontextmanager
async def _terminal(settings: Settings, out: TextIO) -> AsyncIterator[TerminalAdapter]:
    """A terminal that is served by a gateway of its own."""
    session = uuid.uuid4().hex
    adapter = TerminalAdapter(out, session)
    queue = WakeUpQueue(settings.redis_url)
    queue.check()
    gateway = Gateway(
        settings.database_url,
        queue,
        {adapter.platform: adapter},
        manners(settings),
        workspace=session,
        keep_days=settings.keep_days,
    )
    try:
        async with gateway.running():
            yield adapter
    finally:
        queue.close()


async def ask(settings: Settings, question: str) -> tuple[str, StoredReply]:
    """The reply to one question: as the terminal shows it, and as it is stored. Raises AssistantError."""
    out = io.StringIO()
    async with _terminal(settings, out) as adapter:
        event_key = await _exchange(settings, adapter, question)
        reply = find_reply(settings.database_url, event_key)
    if reply is None:
        raise AssistantError("the reply was deleted before it could be read")
    return out.getvalue(), reply


async def answer_lines(settings: Settings, lines: Iterable[str], out: TextIO) -> None:
    """Answer each line as a question of its own, in a conversation of its own, until the lines end."""
    async with _terminal(settings, out) as adapter:
        for line in filter(None, map(str.strip, lines)):
            print(f"> {line}", file=out, flush=True)
            adapter.new_conversation()
            await _exchange(settings, adapter, line)
            print(file=out, flush=True)


async def converse(settings: Settings, out: TextIO) -> None:
    """One conversation with the person at the terminal; `/new` begins another, `/quit` or the end of input ends it."""
    async with _terminal(settings, out) as adapter:
        print(f"Ask a question. {NEW} begins a new conversation, {QUIT[0]} ends.\n", file=out, flush=True)
        while (line := await _typed_line()) is not None and line not in QUIT:
            if line == NEW:
                adapter.new_conversation()
            elif line:
                await _exchange(settings, adapter, line)
                print(file=out, flush=True)


async def _exchange(settings: Settings, adapter: TerminalAdapter, line: str) -> str:
    """Post the line and wait for its reply; gives the event key."""
    event_key = await adapter.post(line)
    limit_s = settings.answer_timeout_s + REPLY_MARGIN_S
    try:
        async with asyncio.timeout(limit_s):
            await adapter.replied(event_key)
    except TimeoutError:
        raise AssistantError(
            f"no reply after {limit_s:.0f} s: run `assistant doctor` to see what is wrong; the message is kept"
        ) from None
    return event_key


async def _typed_line() -> str | None:
    """The next line, None at the end of input. Read in a daemon thread, which Ctrl-C need not wait for."""
    loop = asyncio.get_running_loop()
    typed: asyncio.Future[str | None] = loop.create_future()

    def read() -> None:
        line: str | None = None
        with contextlib.suppress(EOFError):
            line = input("you> ").strip()
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(typed.set_result, line)

    threading.Thread(target=read, daemon=True).start()
    return await typed

"""The parts of one stack: each is started once, when it is first asked for."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.embedded.children import Children
from assistant.embedded.home import Home, unusable_home
from assistant.embedded.llama_server import start_chat_model
from assistant.embedded.parts import Part
from assistant.embedded.postgres import start_postgres
from assistant.embedded.processes import is_dead
from assistant.embedded.redis_server import start_redis
from assistant.embedded.started import Started
from assistant.errors import EmbeddedStackError

Say = Callable[[str], None]


class Stack:
    """Starts the parts of a home; a part that has died is started again when it is next asked for."""

    def __init__(self, home: Home, children: Children) -> None:
        self._home = home
        self._children = children
        self._started: dict[Part, Started] = {}
        self._locks = {part: asyncio.Lock() for part in Part}
        self._gguf = ""

    async def urls(self, parts: Sequence[str], gguf: str, say: Say) -> dict[str, str]:
        """The URLs of the parts, all of which answer now. Parts start side by side.

        Raises EmbeddedStackError when one can't be started, after the others have had their turn.
        """
        answers = await asyncio.gather(
            *(self._urls_of(Part(part), gguf, say) for part in parts), return_exceptions=True
        )
        found: dict[str, str] = {}
        for answer in answers:
            if isinstance(answer, BaseException):
                raise self._told(answer)
            found |= answer
        return found

    async def _urls_of(self, part: Part, gguf: str, say: Say) -> dict[str, str]:
        async with self._locks[part]:
            started = self._started.get(part)
            if started is None or started.process.poll() is not None or is_dead(started.process.pid):
                started = await self._start(part, gguf, say)
                self._started[part] = started
            elif part is Part.CHAT_MODEL and gguf != self._gguf:
                raise EmbeddedStackError(
                    f"Another command runs this stack with the chat model {self._gguf}, not {gguf}: end it first, or"
                    " give both the same ASSISTANT_GGUF_FILE, or another ASSISTANT_HOME"
                )
            return dict(started.urls)

    async def _start(self, part: Part, gguf: str, say: Say) -> Started:
        match part:
            case Part.POSTGRES:
                return await start_postgres(self._home, self._children, say)
            case Part.REDIS:
                return await start_redis(self._home, self._children, say)
            case Part.CHAT_MODEL:
                self._gguf = gguf
                return await start_chat_model(self._home, self._children, say, Path(gguf))

    def _told(self, exc: BaseException) -> BaseException:
        """What the user of the stack gets to read."""
        if isinstance(exc, OSError):  # the disk is full, a folder was taken away
            return unusable_home(self._home.path, exc)
        if isinstance(exc, Exception) and not isinstance(exc, EmbeddedStackError):
            traceback.print_exception(exc)
            return EmbeddedStackError(f"The embedded stack failed ({exc!r}): see {self._home.log('keeper')}")
        return exc

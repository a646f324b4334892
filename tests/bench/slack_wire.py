"""HTTP as cheap as Python has it, for the process that plays Slack: what it costs is taken from those measured."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

Arguments = dict[str, str]
Answer = Callable[[str, Arguments], bytes]

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"


class HttpMessages:
    """Cuts the bytes of one connection into messages with a Content-Length; nothing else is understood."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Head and body of each message that is complete by now."""
        self._buffer += data
        complete: list[tuple[bytes, bytes]] = []
        while (head_end := self._buffer.find(_HEAD_END)) >= 0:
            found = _LENGTH.search(self._buffer, 0, head_end)
            body_at = head_end + len(_HEAD_END)
            end = body_at + (int(found[1]) if found else 0)
            if len(self._buffer) < end:
                break
            complete.append((bytes(self._buffer[:head_end]), bytes(self._buffer[body_at:end])))
            del self._buffer[:end]
        return complete


class ApiConnection(asyncio.Protocol):
    """One connection to the Web API: `answer` makes the JSON body for a method and its arguments."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._messages = HttpMessages()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for head, body in self._messages.feed(data):
            target = head.split(b" ", 2)[1].decode("latin-1")
            answer = self._answer(urlsplit(target).path.rpartition("/")[2], _arguments(target, body))
            length = str(len(answer)).encode()
            assert self._transport is not None
            self._transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: "
                + length
                + _HEAD_END
                + answer
            )


def _arguments(target: str, body: bytes) -> Arguments:
    if body.startswith(b"{"):
        return {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in json.loads(body).items()
        }
    return dict(parse_qsl(urlsplit(target).query)) | dict(parse_qsl(body.decode()))


class EventConnection(asyncio.Protocol):
    """One kept-alive connection to where events go, for one request at a time."""

    def __init__(self) -> None:
        self._messages = HttpMessages()
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[int] | None = None
        self.is_closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for head, _ in self._messages.feed(data):
            self._end(int(head.split(b" ", 2)[1]))

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_closed = True
        self._end(0)

    async def post(self, request: bytes) -> int:
        """The status of the answer; 0 when the connection ended without one."""
        assert self._transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answered

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _end(self, status: int) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(status)


class EventPoster:
    """Posts event bodies to one URL, over as many kept-alive connections as are needed at once."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._head = (
            f"POST {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-type: application/json\r\n".encode()
        )
        self._idle: list[EventConnection] = []

    async def post(self, headers: bytes, body: bytes) -> int:
        """The status of the answer, 0 when there was none. `headers` are whole lines."""
        try:
            connection = await self._connection()
        except OSError:
            return 0
        length = f"content-length: {len(body)}\r\n\r\n".encode()
        status = await connection.post(self._head + headers + length + body)
        self._idle.append(connection)
        return status

    def close(self) -> None:
        for connection in self._idle:
            connection.close()

    async def _connection(self) -> EventConnection:
        while self._idle:
            if not (connection := self._idle.pop()).is_closed:
                return connection
        loop = asyncio.get_running_loop()
        _, opened = await loop.create_connection(EventConnection, self._host, self._port)
        return opened

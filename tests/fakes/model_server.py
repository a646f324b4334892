"""What the fake model servers share: HTTP/1.1 on a loopback socket, a script of behaviours, a record of requests."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
import struct
import threading
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

Answer = Callable[[str], str]


def tokens_of(text: str) -> list[str]:
    """The fakes' tokens: words with the white space before them."""
    return re.findall(r"\s*\S+|\s+$", text)


def token_id(token: str) -> int:
    return 3 + zlib.crc32(token.encode()) % 31_997


def one_answer(prompt: str) -> str:
    """What a fake says when nobody told it what: the same for the same prompt, several words long."""
    return f"You asked with {len(prompt)} characters, and this is the answer to that, over and out."


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request as it came: header names in lower case; `connection` numbers the connections from 1."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Exchange:
    """One request and the means to answer it."""

    def __init__(
        self, server: ModelServer, request: RecordedRequest, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]
    ) -> None:
        self.server = server
        self.request = request
        self._reader, self._writer = streams
        self.keep_alive = True

    @property
    def is_closing(self) -> bool:
        """Whether the connection has ended, or is about to."""
        return self._writer.is_closing()

    def write_soon(self, data: bytes) -> None:
        """Write without waiting for room: for what is small, however slow the client reads."""
        self._writer.write(data)

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def respond(self, status: str, content_type: str, body: bytes, headers: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n{headers}\r\n"
        await self.write(head.encode() + body)

    async def respond_json(self, value: object, status: str = "200 OK", headers: str = "") -> None:
        body = json.dumps(value, separators=(",", ":")).encode()
        await self.respond(status, "application/json", body, headers)

    async def begin_stream(self) -> None:
        await self.write(self.server.stream_head(self.request))

    async def send_chunk(self, data: bytes) -> None:
        await self.write(f"{len(data):X}\r\n".encode() + data + b"\r\n")

    async def end_stream(self, trailing: bytes = b"") -> None:
        await self.write(b"0\r\n\r\n" + trailing)

    async def until_client_leaves(self) -> None:
        while await self._reader.read(1024):
            pass
        self.keep_alive = False

    def close(self) -> None:
        """End the connection without a word."""
        self.keep_alive = False
        self._writer.close()

    def reset(self) -> None:
        """End the connection the hard way, with a TCP reset."""
        sock: socket.socket = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.keep_alive = False
        self._writer.transport.abort()


class Behaviour(Protocol):
    """How one generation request is answered."""

    async def play(self, exchange: Exchange) -> None: ...


class ModelServer:
    """A fake model server, running from `with` on: `url`, `requests`, `script(behaviour, …)`.

    Each generation request takes the next behaviour of the script; with none left it is answered with what `answer`
    makes of its prompt. `abandoned` counts the streams that clients left before their end.
    """

    generation_path = ""
    keeps_requests = True

    def __init__(self, answer: Answer = one_answer, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.requests: list[RecordedRequest] = []
        self.abandoned = 0
        self.connections = 0
        self._port = port
        self._tls = tls
        self._someone_left = threading.Event()
        self._script: deque[Behaviour] = deque()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=type(self).__name__)
        self._ready = threading.Event()
        self._stop = asyncio.Event()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    def script(self, *behaviours: Behaviour) -> None:
        self._script.extend(behaviours)

    def wait_until_abandoned(self, timeout_s: float) -> bool:
        """Whether a client has left a stream before its end, waiting for it if need be."""
        return self._someone_left.wait(timeout_s)

    @property
    def generations(self) -> list[RecordedRequest]:
        """The requests that asked for a generation."""
        return [request for request in self.requests if request.path == self.generation_path]

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    def stream_head(self, request: RecordedRequest) -> bytes:
        raise NotImplementedError

    def events(self, request: RecordedRequest, text: str) -> Sequence[bytes]:
        """The events of a reply, its ending included, under the request's own limits."""
        raise NotImplementedError

    def error_body(self, status: int, message: str, kind: str) -> object:
        raise NotImplementedError

    def prompt_of(self, request: RecordedRequest) -> str:
        raise NotImplementedError

    async def generate(self, exchange: Exchange, behaviour: Behaviour | None) -> None:
        raise NotImplementedError

    async def route(self, exchange: Exchange) -> None:
        """Answer what is no generation."""
        raise NotImplementedError

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        tasks: set[asyncio.Task[None]] = set()

        def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = self._loop.create_task(self._talk(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(on_connection, "127.0.0.1", self._port, backlog=1024, ssl=self._tls)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # one more turn, in which the closed transports let go of their sockets

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            while request := await _read_request(reader, number):
                if self.keeps_requests:
                    self.requests.append(request)
                exchange = Exchange(self, request, (reader, writer))
                await self._answer(exchange)
                if not exchange.keep_alive:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            self.abandoned += 1
            self._someone_left.set()
        finally:
            writer.close()

    async def _answer(self, exchange: Exchange) -> None:
        if exchange.request.path == self.generation_path:
            await self.generate(exchange, self._script.popleft() if self._script else None)
        else:
            await self.route(exchange)


async def _read_request(reader: asyncio.StreamReader, connection: int) -> RecordedRequest | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return RecordedRequest(method, path, headers, body, connection)

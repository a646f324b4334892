"""A TCP proxy on loopback that makes a bad line of a good one: slow, broken, reset, or open at one end only.

async with TcpProxy("127.0.0.1", port) as proxy:
    client.connect("127.0.0.1", proxy.port)
    proxy.latency_s = 0.2
    proxy.reset()
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from types import TracebackType
from typing import Self

CHUNK_BYTES = 65_536


class TcpProxy:
    """Forwards every connection to `host`:`port`.

    `latency_s` holds up each piece of data, in both directions. `accepts` false: a new connection is closed at once.
    `half_open`: what arrives is read and thrown away, and nobody is told; also on connections made meanwhile.
    """

    def __init__(self, host: str, port: int) -> None:
        self.latency_s = 0.0
        self.accepts = True
        self.half_open = False
        self.port = 0
        self.connections = 0
        self._target = (host, port)
        self._lines: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.drop()
        await asyncio.sleep(0)  # one more turn, in which the closed transports let go of their sockets

    def drop(self) -> None:
        """End every connection in order, as a server that shuts down does."""
        for line in list(self._lines):
            line.close()

    def reset(self) -> None:
        """End every connection with a TCP reset, as a machine that has forgotten it does."""
        for line in list(self._lines):
            sock: socket.socket = line.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.transport.abort()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._forward(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        lines = [writer]
        self._lines.add(writer)
        try:
            if not self.accepts:
                return
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            lines.append(far_writer)
            self._lines.add(far_writer)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._copy(reader, far_writer))
                group.create_task(self._copy(far_reader, writer))
        except* OSError:
            pass  # one end broke off, or could not be reached: so does the other, below
        finally:
            for line in lines:
                line.close()
                self._lines.discard(line)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK_BYTES):
            if self.latency_s:
                await asyncio.sleep(self.latency_s)
            if not self.half_open:
                writer.write(data)
                await writer.drain()
        if not self.half_open:
            with contextlib.suppress(OSError):
                writer.write_eof()

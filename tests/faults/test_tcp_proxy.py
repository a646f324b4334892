"""The proxy forwards as a good line does, and breaks as a bad one does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from tests.fakes.tcp_proxy import TcpProxy


@contextlib.asynccontextmanager
async def echo_behind_proxy() -> AsyncIterator[TcpProxy]:
    """A proxy in front of a server that says back what it hears, until it hears the end."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1024):
                writer.write(data)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    try:
        async with TcpProxy("127.0.0.1", server.sockets[0].getsockname()[1]) as proxy:
            yield proxy
    finally:
        server.close()
        await server.wait_closed()


@contextlib.asynccontextmanager
async def connected(proxy: TcpProxy) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_good_line_forwards_both_ways_and_its_end() -> None:
    """What is said arrives, and so does the news that no more will be said."""
    async with echo_behind_proxy() as proxy, connected(proxy) as (reader, writer):
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        writer.write_eof()
        assert await reader.read() == b""
        assert proxy.connections == 1


async def test_latency_holds_up_each_direction() -> None:
    """The loop's own clock tells that the way there and the way back each took the time."""
    async with echo_behind_proxy() as proxy, connected(proxy) as (reader, writer):
        proxy.latency_s = 0.05
        begun = asyncio.get_running_loop().time()
        writer.write(b"hello")
        await reader.readexactly(5)
        assert asyncio.get_running_loop().time() - begun >= 0.1


async def test_dropped_line_ends_in_order() -> None:
    """The client reads the end of the connection."""
    async with echo_behind_proxy() as proxy, connected(proxy) as (reader, writer):
        writer.write(b"hello")
        await reader.readexactly(5)
        proxy.drop()
        assert await reader.read() == b""


async def test_reset_line_raises() -> None:
    """The client is told the hard way."""
    async with echo_behind_proxy() as proxy, connected(proxy) as (reader, writer):
        writer.write(b"hello")
        await reader.readexactly(5)
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            await reader.read()


async def test_half_open_line_swallows_what_is_said() -> None:
    """Nothing comes back and nothing ends; once the line is good again, what is said then arrives."""
    async with echo_behind_proxy() as proxy, connected(proxy) as (reader, writer):
        writer.write(b"first")
        await reader.readexactly(5)
        proxy.half_open = True
        writer.write(b"lost")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(), 0.2)
        proxy.half_open = False
        writer.write(b"found")
        assert await reader.readexactly(5) == b"found"


async def test_closed_proxy_ends_new_connections_at_once() -> None:
    """A server that is not there, behind a balancer that is."""
    async with echo_behind_proxy() as proxy:
        proxy.accepts = False
        async with connected(proxy) as (reader, _):
            assert await reader.read() == b""


async def test_server_that_is_away_ends_the_connection() -> None:
    """Nobody listens behind the proxy: the client's connection ends too."""
    async with TcpProxy("127.0.0.1", 1) as proxy, connected(proxy) as (reader, _):
        assert await reader.read() == b""

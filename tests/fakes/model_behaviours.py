"""How a fake model server answers one generation request: as it should, or in one of the ways that go wrong."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from http import HTTPStatus

from tests.fakes.model_server import Exchange


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete reply: `text`, or what the server's `answer` makes of the prompt.

    `chunk_bytes` re-cuts the stream into HTTP chunks of that many bytes; `comments` puts a keep-alive comment before
    each event; `then_close` closes the connection afterwards without having announced it; `trailing` are bytes that
    follow the answer unasked.
    """

    text: str | None = None
    first_token_s: float = 0.0
    token_s: float = 0.0
    chunk_bytes: int = 0
    comments: bool = False
    then_close: bool = False
    trailing: bytes = b""

    async def play(self, exchange: Exchange) -> None:
        events = _events(exchange, self.text)
        if self.comments:
            events = [b":\n\n" + event for event in events]
        await exchange.begin_stream()
        await asyncio.sleep(self.first_token_s)
        if self.chunk_bytes:
            whole = b"".join(events)
            events = [whole[at : at + self.chunk_bytes] for at in range(0, len(whole), self.chunk_bytes)]
        for event in events:
            await exchange.send_chunk(event)
            if self.token_s:
                await asyncio.sleep(self.token_s)
        await exchange.end_stream(self.trailing)
        if self.then_close:
            exchange.close()


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer with an error status and the server's own error body."""

    status: int
    message: str
    kind: str = ""
    retry_after: str = ""

    async def play(self, exchange: Exchange) -> None:
        headers = f"retry-after: {self.retry_after}\r\n" if self.retry_after else ""
        body = exchange.server.error_body(self.status, self.message, self.kind)
        await exchange.respond_json(body, f"{self.status} {HTTPStatus(self.status).phrase}", headers)


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """An error as an event of a 200 stream, after `after_tokens` tokens of a reply."""

    message: str
    kind: str = ""
    status: int = 500
    after_tokens: int = 0

    async def play(self, exchange: Exchange) -> None:
        await exchange.begin_stream()
        for event in _events(exchange, None)[: self.after_tokens]:
            await exchange.send_chunk(event)
        body = json.dumps(exchange.server.error_body(self.status, self.message, self.kind))
        await exchange.send_chunk(f"data: {body}\n\n".encode())
        await exchange.end_stream()


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer of somebody else: a gateway's HTML page, an empty body, JSON of another protocol."""

    status: int = 502
    content_type: str = "text/html"
    body: bytes = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"

    async def play(self, exchange: Exchange) -> None:
        await exchange.respond(f"{self.status} {HTTPStatus(self.status).phrase}", self.content_type, self.body)


@dataclass(frozen=True, slots=True)
class RawBytes:
    """Any bytes at all instead of an HTTP answer, then the end of the connection."""

    data: bytes

    async def play(self, exchange: Exchange) -> None:
        await exchange.write(self.data)
        exchange.close()


@dataclass(frozen=True, slots=True)
class Cut:
    """A stream that ends after `after_tokens` tokens without its terminal event.

    `how`: "close" breaks off, "end" ends the HTTP answer properly, "reset" resets the connection.
    """

    after_tokens: int = 3
    how: str = "close"

    async def play(self, exchange: Exchange) -> None:
        await exchange.begin_stream()
        for event in _events(exchange, None)[: self.after_tokens]:
            await exchange.send_chunk(event)
        if self.how == "end":
            await exchange.end_stream()
        elif self.how == "reset":
            exchange.reset()
        else:
            exchange.close()


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The request is read and never answered: the connection is closed ("close"), reset ("reset") or hangs ("hang")."""

    how: str = "hang"

    async def play(self, exchange: Exchange) -> None:
        if self.how == "hang":
            await exchange.until_client_leaves()
        elif self.how == "reset":
            exchange.reset()
        else:
            exchange.close()


@dataclass(frozen=True, slots=True)
class Drip:
    """A sound answer, one byte every `every_s` seconds; with `whole_tokens` only what follows that many tokens."""

    every_s: float = 1.0
    whole_tokens: int | None = None

    async def play(self, exchange: Exchange) -> None:
        events = _events(exchange, None)
        head = exchange.server.stream_head(exchange.request)
        if self.whole_tokens is not None:
            await exchange.write(head)
            for event in events[: self.whole_tokens]:
                await exchange.send_chunk(event)
            head, events = b"", events[self.whole_tokens :]
        chunks = b"".join(f"{len(event):X}\r\n".encode() + event + b"\r\n" for event in events)
        for byte in head + chunks + b"0\r\n\r\n":
            await exchange.write(bytes([byte]))
            await asyncio.sleep(self.every_s)


@dataclass(frozen=True, slots=True)
class EndlessComments:
    """A stream that is alive, by its keep-alive comments, and never brings a token."""

    every_s: float = 0.02

    async def play(self, exchange: Exchange) -> None:
        await exchange.begin_stream()
        while True:
            await exchange.send_chunk(b":\n\n")
            await asyncio.sleep(self.every_s)


@dataclass(frozen=True, slots=True)
class HangAfterEnd:
    """A complete reply whose HTTP answer then never ends."""

    async def play(self, exchange: Exchange) -> None:
        await exchange.begin_stream()
        for event in _events(exchange, None):
            await exchange.send_chunk(event)
        await exchange.until_client_leaves()


def _events(exchange: Exchange, text: str | None) -> list[bytes]:
    server, request = exchange.server, exchange.request
    return list(server.events(request, server.answer(server.prompt_of(request)) if text is None else text))

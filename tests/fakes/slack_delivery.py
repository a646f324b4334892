"""How the fake Slack delivers events: over the Socket Mode connection, or signed over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.fakes.slack_workspace import APP, Json


@dataclass(slots=True)
class Delivery:
    """One attempt to deliver one event: it ends acknowledged, or refused (an error status, or no answer in time).
    `kind` is its type in Socket Mode: "events_api", "slash_commands" or "interactive"."""

    ts: str
    payload: Json
    attempt: int
    kind: str = "events_api"
    status: int = 0
    acknowledged: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self, acknowledged: bool) -> None:
        if not self.ended.is_set():
            self.acknowledged = acknowledged
            self.ended.set()


class SocketMode:
    """The server's side of Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode (2026-11).

    While it `is_deaf` its connections stay open, and nothing that comes in is answered.
    """

    def __init__(self) -> None:
        self.connections: list[web.WebSocketResponse] = []
        self.connected = asyncio.Event()
        self.opened = 0
        self._opening = asyncio.Condition()
        self.accepts_connections = True
        self.is_deaf = False
        self.refused: list[str] = []
        self._tickets: set[str] = set()
        self._waiting: dict[str, Delivery] = {}
        self._pongs: dict[bytes, asyncio.Event] = {}

    def new_ticket(self) -> str:
        """Give what an address is good with, for one attempt to connect."""
        self._tickets.add(ticket := uuid.uuid4().hex)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        is_good = ticket in self._tickets
        self._tickets.discard(ticket)
        if not is_good or not self.accepts_connections:
            self.refused.append(ticket)
            async with self._opening:
                self._opening.notify_all()
            return web.Response(status=503 if is_good else 403)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.connections.append(socket)
        await socket.send_json(
            {"type": "hello", "num_connections": len(self.connections), "connection_info": {"app_id": APP}}
        )
        self.connected.set()
        async with self._opening:
            self.opened += 1
            self._opening.notify_all()
        try:
            await self._listen(socket)
        finally:
            self.connections.remove(socket)
            if not self.connections:
                self.connected.clear()
        return socket

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for frame in socket:
            if self.is_deaf:
                continue
            if frame.type == WSMsgType.PING:
                await socket.pong(frame.data)
            elif frame.type == WSMsgType.PONG and bytes(frame.data) in self._pongs:
                self._pongs.pop(bytes(frame.data)).set()
            elif frame.type == WSMsgType.TEXT:
                delivery = self._waiting.pop(json.loads(frame.data).get("envelope_id", ""), None)
                if delivery is not None:
                    delivery.end(acknowledged=True)

    async def deliver(self, delivery: Delivery, timeout_s: float) -> None:
        """Send the event, and wait for its acknowledgement; while nobody is connected the platform waits too."""
        envelope_id = str(uuid.uuid4())
        self._waiting[envelope_id] = delivery
        await self.connected.wait()
        is_event = delivery.kind == "events_api"
        frame = {"envelope_id": envelope_id, "type": delivery.kind, "accepts_response_payload": not is_event}
        frame |= {"payload": delivery.payload}
        if is_event:
            frame |= {"retry_attempt": delivery.attempt, "retry_reason": ""}
        try:
            async with asyncio.timeout(timeout_s):
                await self.connections[-1].send_json(frame)
                await delivery.ended.wait()
        except (TimeoutError, ConnectionError):
            self._waiting.pop(envelope_id, None)
            delivery.end(acknowledged=False)

    async def round_trip(self) -> None:
        """Return once everything that the client sent so far has been read."""
        mark = uuid.uuid4().bytes.hex().encode()
        self._pongs[mark] = asyncio.Event()
        reached = self._pongs[mark]
        await self.connections[-1].ping(mark)
        await reached.wait()

    async def opened_in_all(self, count: int) -> None:
        """Return once so many connections have been opened, ended ones included."""
        async with self._opening:
            await self._opening.wait_for(lambda: self.opened >= count)

    async def refused_in_all(self, count: int) -> None:
        """Return once so many attempts to connect have been refused."""
        async with self._opening:
            await self._opening.wait_for(lambda: len(self.refused) >= count)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every client to connect anew, as Slack does every few hours."""
        for socket in list(self.connections):
            await socket.send_json({"type": "disconnect", "reason": reason})

    async def drop(self) -> None:
        """Close every connection without a word."""
        for socket in list(self.connections):
            with contextlib.suppress(ConnectionError):
                await socket.close()


def signed_headers(
    signing_secret: str, body: bytes, timestamp: str = "", content_type: str = "application/json"
) -> dict[str, str]:
    """Give what Slack sends with a request of its own."""
    timestamp = timestamp or str(int(time.time()))
    digest = hmac.new(signing_secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "content-type": content_type,
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": f"v0={digest}",
    }


def http_body(delivery: Delivery) -> tuple[bytes, str]:
    """Give the body of a delivery over HTTP, and its type: events are JSON, all else comes as a form."""
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload).encode(), "application/json"
    form = {"payload": json.dumps(delivery.payload)} if delivery.kind == "interactive" else delivery.payload
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


async def deliver_by_http(url: str, signing_secret: str, delivery: Delivery, timeout_s: float) -> None:
    body, content_type = http_body(delivery)
    headers = signed_headers(signing_secret, body, content_type=content_type)
    if delivery.attempt:
        headers |= {"x-slack-retry-num": str(delivery.attempt), "x-slack-retry-reason": "http_error"}
    try:
        timeout = aiohttp.ClientTimeout(total=timeout_s)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=body, headers=headers) as response,
        ):
            delivery.status = response.status
            delivery.end(acknowledged=200 <= response.status < 300)
    except (aiohttp.ClientError, TimeoutError):
        delivery.end(acknowledged=False)

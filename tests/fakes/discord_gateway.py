"""The gateway of the fake Discord: WebSocket sessions that say hello, identify, resume, and beat.

Protocol: https://docs.discord.com/developers/events/gateway (checked 2026-02).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import zlib
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord_world import Json, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 1, 2, 6, 7, 9, 10, 11
WRONG_TOKEN, DISALLOWED_INTENTS = 4004, 4014
GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 9, 1 << 12, 1 << 15


class Line:
    """One WebSocket; compresses all it sends in one zlib stream where the client asked for it."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.is_deaf = False
        self._request = request
        self._stream = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None

    @property
    def connected(self) -> bool:
        transport = self._request.transport
        return not self.socket.closed and transport is not None and not transport.is_closing()

    def abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    async def send(self, op: int, data: Any = None, sequence: int | None = None, event: str | None = None) -> None:
        await self.send_text(json.dumps({"op": op, "d": data, "s": sequence, "t": event}))

    async def send_text(self, text: str) -> None:
        if self.is_deaf:
            return
        if self._stream is None:
            await self.socket.send_str(text)
        else:
            await self.socket.send_bytes(self._stream.compress(text.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH))


class Session:
    """What one identified client has been sent: kept for a RESUME while no line is connected."""

    def __init__(self, session_id: str, intents: int) -> None:
        self.id, self.intents = session_id, intents
        self.line: Line | None = None
        self.events: list[tuple[int, str, Json]] = []
        self._sequence = itertools.count(1)

    async def dispatch(self, event: str, data: Json) -> None:
        self.events.append((next(self._sequence), event, data))
        await self._send(*self.events[-1])

    async def replay(self, after: int) -> None:
        for event in [event for event in self.events if event[0] > after]:
            await self._send(*event)
        await self.dispatch("RESUMED", {})

    async def _send(self, sequence: int, event: str, data: Json) -> None:
        if self.line is not None and self.line.connected:
            await self.line.send(DISPATCH, data, sequence, event)


class FakeGateway:
    """`intents_allowed` false is the portal's switch for message content left off."""

    def __init__(self, world: World, token: str) -> None:
        self.world, self.token = world, token
        self.url = ""
        self.intents_allowed = True
        self.heartbeat_interval_ms = 41_250
        self.says_hello = True
        self.sessions: dict[str, Session] = {}
        self.identified = 0
        self.resumed = 0
        self.heartbeats = 0
        self.beaten = asyncio.Condition()
        self._lines: set[Line] = set()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        line = Line(request, socket)
        self._lines.add(line)
        if self.says_hello:
            await line.send(HELLO, {"heartbeat_interval": self.heartbeat_interval_ms})
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await self._receive(line, json.loads(frame.data))
        self._lines.discard(line)
        return socket

    async def dispatch(self, event: str, data: Json) -> None:
        """Send an event to every session that asked for its kind, as far as its intents go."""
        for session in list(self.sessions.values()):
            if (visible := self._visible(event, data, session.intents)) is not None:
                await session.dispatch(event, visible)

    async def garbage(self, event: str, data: Any) -> None:
        """Send an event whatever its data, to every session."""
        for session in list(self.sessions.values()):
            await session.dispatch(event, data)

    async def raw(self, text: str) -> None:
        """Send a frame that is no payload on every line."""
        for line in list(self._lines):
            await line.send_text(text)

    def go_deaf(self) -> None:
        """From now on the lines that are open stay so, and say nothing."""
        for line in self._lines:
            line.is_deaf = True

    def drop(self) -> None:
        """Break every connection without a word; clients come back with RESUME."""
        for line in list(self._lines):
            line.abort()

    async def ask_to_reconnect(self) -> None:
        for line in list(self._lines):
            await line.send(RECONNECT)

    def forget_sessions(self) -> None:
        """From now on no session can be resumed; what happens until a client identifies again is not replayed."""
        self.sessions.clear()

    async def close_all(self, code: int = 1001) -> None:
        for line in list(self._lines):
            await line.socket.close(code=code)

    async def _receive(self, line: Line, payload: Json) -> None:
        if payload["op"] == HEARTBEAT:
            self.heartbeats += 1
            await line.send(HEARTBEAT_ACK)
            async with self.beaten:
                self.beaten.notify_all()
        elif payload["op"] == IDENTIFY:
            await self._identify(line, payload["d"])
        elif payload["op"] == RESUME:
            await self._resume(line, payload["d"])

    async def _identify(self, line: Line, data: Json) -> None:
        if data["token"] != self.token:
            await line.socket.close(code=WRONG_TOKEN, message=b"Authentication failed.")
        elif data["intents"] & MESSAGE_CONTENT and not self.intents_allowed:
            await line.socket.close(code=DISALLOWED_INTENTS, message=b"Disallowed intent(s).")
        else:
            self.identified += 1
            await self._ready(line, Session(self.world.new_id(), data["intents"]))

    async def _ready(self, line: Line, session: Session) -> None:
        session.line = line
        self.sessions[session.id] = session
        guild = {"id": self.world.guild_id, "unavailable": True}
        application = {"id": self.world.bot["id"], "flags": 0}
        ready = {"v": 10, "user": self.world.bot, "guilds": [guild], "application": application}
        await session.dispatch("READY", ready | {"session_id": session.id, "resume_gateway_url": self.url})
        await session.dispatch("GUILD_CREATE", self.world.guild())

    async def _resume(self, line: Line, data: Json) -> None:
        session = self.sessions.get(data["session_id"])
        if session is None or data["token"] != self.token:
            await line.send(INVALID_SESSION, False)
            return
        self.resumed += 1
        session.line = line
        await session.replay(data["seq"])

    def _visible(self, event: str, data: Json, intents: int) -> Json | None:
        if not event.startswith("MESSAGE_"):
            return data
        if not intents & (GUILD_MESSAGES if "guild_id" in data else DIRECT_MESSAGES):
            return None
        if event.startswith("MESSAGE_DELETE"):
            return data
        named = any(user["id"] == self.world.bot["id"] for user in data["mentions"])
        if intents & MESSAGE_CONTENT or named or "guild_id" not in data or data["author"] == self.world.bot:
            return data
        return data | {"content": "", "attachments": [], "embeds": []}

"""A Wechaty gateway (puppet service) on loopback: a real gRPC server, one client at a time, and its faults."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

from grpclib.const import Cardinality, Handler, Status
from grpclib.exceptions import GRPCError
from grpclib.server import Server, Stream
from wechaty_grpc.wechaty import puppet as wire

from tests.fakes.wechat_answers import contact_response, member_response, message_response
from tests.fakes.wechat_world import ASSISTANT, Message, World

HEARTBEAT, MESSAGE, DONG, SCAN, LOGIN, LOGOUT = 1, 2, 3, 22, 25, 26

Answer = Callable[[Any], Awaitable[Any]]


class FakeGateway:
    """Listens on `endpoint` and lets in who shows `token`.

    `greets`: a new stream begins with a heartbeat. `logged_in`: an account is; otherwise it shows a QR code. `dongs`:
    a ding is answered by a dong event. `tells_ids`: a send gives the message's id. `loses`: that many sends are carried
    out and their answers lost. `fails`: what calls of that name answer with; with `begins_answers` only after the
    beginning of an answer. `look_up_s` holds up look-ups of people. `tls`: what it encrypts with, from `listen` on.
    `go_deaf` lets it take every call and answer none.
    """

    def __init__(self) -> None:
        self.token = "llamadesk-test-token"
        self.endpoint = ""
        self.world = World()
        self.greets = self.logged_in = self.dongs = self.tells_ids = True
        self.tls: ssl.SSLContext | None = None
        self.loses = 0
        self.begins_answers = False
        self.look_up_s = 0.0
        self.fails: dict[str, list[Status]] = {}
        self.calls: list[str] = []
        self._hears = asyncio.Event()
        self._hears.set()
        self._events: asyncio.Queue[tuple[int, str] | None] | None = None
        self._server = Server([self])
        self.port = 0

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.shut_down()

    async def listen(self) -> None:
        """Begin to take connections, at the same port as before if there was one."""
        listener = socket.create_server(("127.0.0.1", self.port))
        # Accepted connections have it, too: grpclib does not set it on sockets that it has not made.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = listener.getsockname()[1]
        await self._server.start(sock=listener, ssl=self.tls)
        self.endpoint = f"127.0.0.1:{self.port}"

    async def shut_down(self) -> None:
        """End every connection, as a gateway that is stopped does."""
        self._hears.set()
        self._server.close()
        await self._server.wait_closed()

    @property
    def is_connected(self) -> bool:
        """Whether somebody listens to the events."""
        return self._events is not None

    def go_deaf(self) -> None:
        self._hears.clear()

    def end_stream(self) -> None:
        """End the stream of events in good order."""
        if self._events is not None:
            self._events.put_nowait(None)

    def tell(self, message: Message) -> None:
        """Tell of the message, or tell of it again."""
        self.emit(MESSAGE, messageId=message.message_id)

    def emit(self, kind: int, **facts: Any) -> None:
        """Send an event to whoever listens; it is lost if nobody does."""
        self.emit_text(kind, json.dumps(facts))

    def emit_text(self, kind: int, payload: str) -> None:
        """Send an event with what should be JSON."""
        if self._events is not None:
            self._events.put_nowait((kind, payload))

    def __mapping__(self) -> dict[str, Handler]:
        calls: list[tuple[str, Answer, type, type]] = [
            ("Start", self._start, wire.StartRequest, wire.StartResponse),
            ("Stop", self._stop, wire.StopRequest, wire.StopResponse),
            ("Ding", self._ding, wire.DingRequest, wire.DingResponse),
            ("MessagePayload", self._message, wire.MessagePayloadRequest, wire.MessagePayloadResponse),
            ("ContactPayload", self._contact, wire.ContactPayloadRequest, wire.ContactPayloadResponse),
            ("RoomMemberPayload", self._member, wire.RoomMemberPayloadRequest, wire.RoomMemberPayloadResponse),
            ("MessageSendText", self._send, wire.MessageSendTextRequest, wire.MessageSendTextResponse),
        ]
        handlers = {
            f"/wechaty.Puppet/{name}": Handler(self._call(name, answer), Cardinality.UNARY_UNARY, request, response)
            for name, answer, request, response in calls
        }
        handlers["/wechaty.Puppet/Event"] = Handler(
            self._stream, Cardinality.UNARY_STREAM, wire.EventRequest, wire.EventResponse
        )
        return handlers

    def _call(
        self, name: str, answer: Callable[[Any], Awaitable[Any]]
    ) -> Callable[[Stream[Any, Any]], Awaitable[None]]:
        async def handle(stream: Stream[Any, Any]) -> None:
            request = await stream.recv_message()
            await self._let_in(stream)
            self.calls.append(name)
            if self.fails.get(name):
                if self.begins_answers:
                    await stream.send_initial_metadata()
                raise GRPCError(self.fails[name].pop(0), "the fake was told to fail")
            response = await answer(request)
            if name == "MessageSendText" and self.loses:
                self.loses -= 1
                await stream.cancel()
                return
            await stream.send_message(response)

        return handle

    async def _stream(self, stream: Stream[Any, Any]) -> None:
        await stream.recv_message()
        await self._let_in(stream)
        self.calls.append("Event")
        if self._events is not None:
            raise GRPCError(Status.ALREADY_EXISTS, "GrpcServerImpl.event() can not call twice.")
        events: asyncio.Queue[tuple[int, str] | None] = asyncio.Queue()
        self._events = events
        try:
            if self.greets:
                self.emit(HEARTBEAT, data="connected")
            self.emit(LOGIN, contactId=ASSISTANT) if self.logged_in else self.emit(SCAN, qrcode="https://x", status=2)
            while (event := await events.get()) is not None:
                await self._hears.wait()
                kind, payload = event
                await stream.send_message(wire.EventResponse(type=kind, payload=payload))
        finally:
            self._events = None

    async def _let_in(self, stream: Stream[Any, Any]) -> None:
        await self._hears.wait()
        shown = stream.metadata.get("authorization") if stream.metadata is not None else None
        if shown != f"Wechaty {self.token}":
            raise GRPCError(Status.UNAUTHENTICATED, "Invalid Wechaty TOKEN")

    async def _start(self, _: Any) -> Any:
        return wire.StartResponse()

    async def _stop(self, _: Any) -> Any:
        self.end_stream()
        while self._events is not None:  # noqa: ASYNC110 (the other call sets no event)
            await asyncio.sleep(0.01)
        return wire.StopResponse()

    async def _ding(self, request: Any) -> Any:
        if self.dongs:
            self.emit(DONG, data=request.data)
        return wire.DingResponse()

    async def _message(self, request: Any) -> Any:
        return message_response(self.world, request.id)

    async def _contact(self, request: Any) -> Any:
        await asyncio.sleep(self.look_up_s)
        return contact_response(self.world, request.id)

    async def _member(self, request: Any) -> Any:
        return member_response(self.world, request.id, request.member_id)

    async def _send(self, request: Any) -> Any:
        try:
            message = self.world.show(request.conversation_id, request.text, tuple(request.mentonal_ids))
        except KeyError:
            raise GRPCError(Status.UNKNOWN, "no such conversation") from None
        self.tell(message)
        return wire.MessageSendTextResponse(id=message.message_id if self.tells_ids else None)

"""Calls to a Wechaty gateway: wechaty-grpc's stub on a grpclib channel, a deadline on each, errors translated.

wechaty-puppet-service's own client is not used: its calls have no deadline, it ends in silence with its stream, its
start throws out whoever is connected, and it needs telnetlib, which Python 3.13 no longer has.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from grpclib.client import Channel
from grpclib.exceptions import GRPCError
from wechaty_grpc.wechaty import PuppetStub

from adapters.wechat.endpoint import Endpoint
from adapters.wechat.events import Event, read_event
from adapters.wechat.failures import BROKEN, translated
from adapters.wechat.payload import Payload, kind_of, time_of
from adapters.wechat.puppet import OFFICIAL, Contact
from adapters.wechat.wire import LenientCodec


class Gateway:
    """The account behind a gateway, as a Puppet. Call `connect` in the running event loop first."""

    def __init__(self, endpoint: Endpoint, call_timeout_s: float) -> None:
        self._endpoint = endpoint
        self._call_timeout_s = call_timeout_s
        self._channel: Channel | None = None

    def connect(self) -> None:
        """Make the channel; the connection itself is made by the first call."""
        endpoint = self._endpoint
        tls = _tls() if endpoint.tls else None
        self._channel = Channel(endpoint.host, endpoint.port, ssl=tls, codec=LenientCodec())
        if not endpoint.tls:
            # Gateways older than 2021-08, and some of other makers, read the token here, as python-wechaty sends it.
            self._channel._authority = endpoint.token  # grpclib has no other way

    async def start(self) -> None:
        """Let the account go online, if it is not yet."""
        with translated():
            await self._calls().start()

    async def stop(self) -> None:
        """Take the account offline, and throw out whoever is connected to the gateway."""
        with translated():
            await self._calls().stop()

    async def answers(self, word: str, timeout_s: float) -> bool:
        """Ask for a dong event with that word; give whether the call was answered in time, in whatever way."""
        try:
            await self._stub(timeout_s).ding(data=word)
        except (GRPCError, AssertionError):
            return True
        except BROKEN:
            return False
        return True

    async def events(self) -> AsyncIterator[Event]:
        """Give the gateway's events until it ends the stream."""
        with translated():
            async for response in self._stub().event():
                yield read_event(int(response.type), response.payload)

    async def message(self, message_id: str) -> Payload:
        """Give the message with that id."""
        with translated():
            response = await self._calls().message_payload(id=message_id)
        return payload_of(response, datetime.now(UTC))

    async def contact(self, contact_id: str) -> Contact:
        """Give what the account knows of somebody."""
        with translated():
            response = await self._calls().contact_payload(id=contact_id)
        return Contact(str(response.name), str(response.alias), int(response.type) == OFFICIAL)

    async def room_alias(self, room_id: str, contact_id: str) -> str:
        """Give the name that somebody bears in that room only, "" for none."""
        with translated():
            response = await self._calls().room_member_payload(id=room_id, member_id=contact_id)
        return str(response.room_alias)

    async def send_text(self, conversation_id: str, text: str, mention_ids: list[str]) -> str:
        """Show a text in a room, or to a contact; give its id, "" where the gateway tells none.

        Raises DeliveryUnknown where it may have been shown all the same.
        """
        with translated(may_be_repeated=False):
            response = await self._calls().message_send_text(
                conversation_id=conversation_id, text=text, mentonal_ids=mention_ids
            )
        return str(response.id or "")

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _calls(self) -> PuppetStub:
        return self._stub(self._call_timeout_s)

    def _stub(self, timeout_s: float | None = None) -> PuppetStub:
        if self._channel is None:
            raise ConnectionError("closed")  # which is told as any other connection that can't be had
        return PuppetStub(
            self._channel, timeout=timeout_s, metadata={"authorization": f"Wechaty {self._endpoint.token}"}
        )


def _tls() -> ssl.SSLContext:
    """Check certificates as the machine does; SSL_CERT_FILE adds an authority of the operator's own."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2"])
    return context


def payload_of(response: Any, now: datetime) -> Payload:
    """Give the message that a gateway's answer tells of. NUL, which no store takes, is dropped."""
    return Payload(
        message_id=str(response.id),
        kind=kind_of(int(response.type)),
        talker_id=str(response.from_id),
        sent_at=time_of(int(response.timestamp), now),
        room_id=str(response.room_id),
        text=str(response.text).replace("\0", ""),
        filename=str(response.filename).replace("\0", ""),
        mention_ids=tuple(map(str, response.mention_ids)),
    )

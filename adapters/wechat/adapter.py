"""WeChat as a ChatAdapter, through a Wechaty gateway (puppet service) of the operator's own."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.base import Missed, OnEvent, RenderedPart, ReplyAddress, SentMessage
from adapters.errors import AdapterError, PlatformUnavailable
from adapters.inbox import RETRY_DELAYS_S
from adapters.wechat.chat import WechatChat
from adapters.wechat.connection import BUSY_S, GREETING_S, Connection
from adapters.wechat.endpoint import parse_endpoint
from adapters.wechat.gateway import Gateway
from adapters.wechat.hearing import DEAF_AFTER_S, DING_S
from adapters.wechat.session import Session

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long is waited: for the whole start, for each call, for the gateway's greeting, for another client to go,
    between two dings, and for any sign of life."""

    start_s: float = 60.0
    call_s: float = 20.0
    greeting_s: float = GREETING_S
    busy_s: float = BUSY_S
    ding_s: float = DING_S
    deaf_after_s: float = DEAF_AFTER_S


class WechatAdapter(WechatChat):
    """One account of WeChat's.

    Rooms have no threads: the room is the conversation. WeChat acknowledges nothing in either direction: see Inbox for
    what happens when `on_event` fails; a send whose answer was lost is DeliveryUnknown, and nobody makes it again.
    """

    def __init__(
        self,
        token: str,
        endpoint: str,
        *,
        retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
        timing: Timing = Timing(),
    ) -> None:
        self._token = token
        self._endpoint = endpoint
        self._retry_delays_s = tuple(retry_delays_s)
        self._timing = timing
        self._gateway: Gateway | None = None
        self._connection: Connection | None = None
        self._session: Session | None = None

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        """Connect; raises AuthenticationFailed, AdapterConfigurationError or PlatformUnavailable. What was written
        while nobody was connected arrives only where the gateway tells of it when it logs in."""
        timing = self._timing
        self._gateway = Gateway(parse_endpoint(self._endpoint, self._token), timing.call_s)
        self._gateway.connect()
        self._session = Session(self._gateway, on_event, missed, self._retry_delays_s)
        self._connection = Connection(
            self._gateway,
            self._session.receive,
            greeting_s=timing.greeting_s,
            busy_s=timing.busy_s,
            ding_s=timing.ding_s,
            deaf_after_s=timing.deaf_after_s,
        )
        try:
            await self._connection.open(timing.start_s)
        except BaseException:
            await self.close()
            raise

    async def wait_closed(self) -> None:
        """Return when `close` has ended the connection; raise AdapterError when it ended by itself."""
        if self._connection is None:
            return
        try:
            await self._connection.wait_ended()
        except AdapterError as exc:
            facts = {"action": "wechat_connection_ended", "error": type(exc).__name__, "advice": str(exc)}
            _log.error("no more messages from WeChat", extra=facts)
            raise

    async def send(
        self, address: ReplyAddress, part: RenderedPart, idempotency_key: str, *, may_be_shown: bool = False
    ) -> SentMessage:
        if self._session is None or self._connection is None or not self._connection.is_open:
            raise PlatformUnavailable("WeChat is not connected: start the adapter first")
        return await self._session.send(address, part, self._connection.own_id, may_be_shown=may_be_shown)

    async def close(self) -> None:
        """Disconnect, and let messages that are being stored finish. The account stays online at the gateway."""
        if self._connection is not None:
            await self._connection.close()
        if self._session is not None:
            await self._session.close()
        if self._gateway is not None:
            self._gateway.close()

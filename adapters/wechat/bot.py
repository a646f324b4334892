"""An account that an existing Python Wechaty bot is logged in to, as a ChatAdapter. The bot keeps its connection."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from adapters.base import Missed, OnEvent, RenderedPart, ReplyAddress, SentMessage
from adapters.errors import PlatformUnavailable
from adapters.inbox import RETRY_DELAYS_S
from adapters.wechat.bot_puppet import BotPuppet
from adapters.wechat.chat import WechatChat
from adapters.wechat.session import Session

# Somebody has to take the account's phone and scan a code.
START_TIMEOUT_S = 300.0
CALL_TIMEOUT_S = 20.0


class BotAdapter(WechatChat):
    """The bot's account. Who holds the bot tells of its logins and messages (see plugin); what arrives before `start`
    is left to the bot."""

    def __init__(
        self,
        *,
        start_timeout_s: float = START_TIMEOUT_S,
        call_timeout_s: float = CALL_TIMEOUT_S,
        retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
    ) -> None:
        self._start_timeout_s = start_timeout_s
        self._call_timeout_s = call_timeout_s
        self._retry_delays_s = tuple(retry_delays_s)
        self._logged_in = asyncio.Event()
        self._ended = asyncio.Event()
        self._puppet: Any = None
        self._own_id = ""
        self._session: Session | None = None

    def log_in(self, puppet: Any, own_id: str) -> None:
        """The bot is logged in, through that puppet. A login anew ends what went through another puppet."""
        if self._session is not None and (puppet, own_id) != (self._puppet, self._own_id):
            self._ended.set()
        self._puppet, self._own_id = puppet, own_id
        self._logged_in.set()

    def log_out(self) -> None:
        """The bot is logged out, or has stopped."""
        self._logged_in.clear()
        self._ended.set()

    def receive(self, message_id: str) -> None:
        """The bot has got a message."""
        if self._session is not None and not self._ended.is_set():
            self._session.receive(message_id, self._own_id)

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        """Return once the bot is logged in; raises PlatformUnavailable if it takes too long."""
        try:
            async with asyncio.timeout(self._start_timeout_s):
                await self._logged_in.wait()
        except TimeoutError as exc:
            raise PlatformUnavailable(
                "The Wechaty bot is not logged in: give it the plugin with bot.use, start it, and scan its QR code"
            ) from exc
        self._ended = asyncio.Event()
        puppet = BotPuppet(self._puppet, self._call_timeout_s)
        self._session = Session(puppet, on_event, missed, self._retry_delays_s)

    async def wait_closed(self) -> None:
        """Return when `close` has ended it; raise PlatformUnavailable when the bot was logged out."""
        if self._session is None:
            return
        await self._ended.wait()
        if self._session is not None:
            raise PlatformUnavailable("The Wechaty bot was logged out, or has logged in anew")

    async def send(
        self, address: ReplyAddress, part: RenderedPart, idempotency_key: str, *, may_be_shown: bool = False
    ) -> SentMessage:
        if self._session is None or self._ended.is_set():
            raise PlatformUnavailable("The Wechaty bot is not logged in")
        return await self._session.send(address, part, self._own_id, may_be_shown=may_be_shown)

    async def close(self) -> None:
        """Let messages that are being stored finish. The bot goes on."""
        session, self._session = self._session, None
        self._ended.set()
        if session is not None:
            await session.close()

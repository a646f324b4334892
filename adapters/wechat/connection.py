"""The gateway's stream of events: opened, read until it ends, and found deaf when it says nothing any more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from adapters.errors import AdapterError, PlatformUnavailable
from adapters.wechat.endpoint import ENDPOINT_SETTING
from adapters.wechat.events import Event, EventNumber
from adapters.wechat.failures import GatewayBusy
from adapters.wechat.gateway import Gateway
from adapters.wechat.hearing import DEAF_AFTER_S, DING_S, Hearing

_log = logging.getLogger(__name__)

# Gateways greet a new stream with a heartbeat; those of some other makers don't: then the start goes on without.
GREETING_S = 5.0
# Throwing a client out takes the account offline for a moment, and some puppets then want their QR code scanned: wait.
BUSY_S = 3.0
BUSY_RETRY_S = 0.25
# How many messages from before the login are kept for after it.
MAX_EARLY = 1_000


_NOT_LOGGED_IN = (
    "The Wechaty gateway is not logged in to WeChat: scan the QR code that it shows with the account's phone"
)


class Connection:
    """One stream of events. `on_message` gets the id of each new message and the account's own, in their order.

    `own_id` is the account's contact id once `open` has returned.
    """

    def __init__(
        self,
        gateway: Gateway,
        on_message: Callable[[str, str], None],
        *,
        greeting_s: float = GREETING_S,
        busy_s: float = BUSY_S,
        ding_s: float = DING_S,
        deaf_after_s: float = DEAF_AFTER_S,
    ) -> None:
        self.own_id = ""
        self._gateway = gateway
        self._on_message = on_message
        self._greeting_s = greeting_s
        self._busy_s = busy_s
        self._hearing = Hearing(lambda: gateway.answers("llamadesk", ding_s), ding_s, deaf_after_s)
        self._heard = asyncio.Event()
        self._logged_in = asyncio.Event()
        self._early: list[str] = []
        self._reading: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    async def open(self, timeout_s: float) -> None:
        """Return once messages can arrive; raises AuthenticationFailed or PlatformUnavailable."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._listen()
                await self._gateway.start()
                await self._until(self._logged_in)
        except TimeoutError as exc:
            unanswered = f"The Wechaty gateway tells nothing: check that it runs, and {ENDPOINT_SETTING}"
            raise PlatformUnavailable(_NOT_LOGGED_IN if self._heard.is_set() else unanswered) from exc
        self._watching = asyncio.create_task(self._hearing.watch(), name="wechat-watch")

    @property
    def is_open(self) -> bool:
        tasks = (self._reading, self._watching)
        return all(task is not None and not task.done() for task in tasks)

    async def wait_ended(self) -> None:
        """Return when `close` ended it; raise the AdapterError that did otherwise."""
        tasks = [task for task in (self._reading, self._watching) if task is not None]
        if not tasks:
            return
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            cause = None if task.cancelled() else task.exception()
            if isinstance(cause, AdapterError):
                raise cause
            if cause is not None:
                raise PlatformUnavailable("Reading from the Wechaty gateway failed unexpectedly") from cause

    async def close(self) -> None:
        tasks = [task for task in (self._reading, self._watching) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self) -> None:
        """Open the stream. A client that is connected already mostly is our own from before, whose end the gateway has
        not noticed: if it stays, it is thrown out, as every Wechaty client does."""
        loop = asyncio.get_running_loop()
        patient_until = loop.time() + self._busy_s
        while True:
            try:
                await self._read_in_task()
            except GatewayBusy:
                if loop.time() > patient_until:
                    break
            else:
                return
            await asyncio.sleep(BUSY_RETRY_S)
        _log.warning("another client is thrown out of the gateway", extra={"action": "wechat_gateway_taken_over"})
        await self._gateway.stop()
        await self._read_in_task()

    async def _read_in_task(self) -> None:
        self._reading = asyncio.create_task(self._read(), name="wechat-events")
        try:
            async with asyncio.timeout(self._greeting_s):
                await self._until(self._heard)
        except TimeoutError:
            _log.info("the gateway does not greet", extra={"action": "wechat_gateway_ungreeted"})

    async def _until(self, happened: asyncio.Event) -> None:
        """Return once that has happened; raise what ended the stream if it ends before."""
        waiting = asyncio.create_task(happened.wait())
        try:
            await asyncio.wait({waiting, *filter(None, [self._reading])}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if not happened.is_set() and self._reading is not None:
            self._reading.result()

    async def _read(self) -> None:
        async for event in self._gateway.events():
            self._hearing.heard()
            self._heard.set()
            self._take(event)
        raise PlatformUnavailable("The Wechaty gateway ended the stream of events: it was stopped, or has a new client")

    def _take(self, event: Event) -> None:
        match event.kind:
            case EventNumber.MESSAGE:
                self._receive(event.text("messageId"))
            case EventNumber.LOGIN:
                self._log_in(event.text("contactId"))
            case EventNumber.LOGOUT:
                raise PlatformUnavailable(_NOT_LOGGED_IN)
            case EventNumber.SCAN:
                _log.warning(_NOT_LOGGED_IN, extra={"action": "wechat_scan_needed"})
            case EventNumber.DONG:
                self._hearing.heard_dong()

    def _receive(self, message_id: str) -> None:
        """Hand the message on, once it is known who the account is: its own messages look like any other's."""
        if self.own_id and message_id:
            self._on_message(message_id, self.own_id)
        elif message_id and len(self._early) < MAX_EARLY:
            self._early.append(message_id)

    def _log_in(self, own_id: str) -> None:
        if not own_id:
            return
        self.own_id = own_id
        self._logged_in.set()
        early, self._early = self._early, []
        for message_id in early:
            self._on_message(message_id, own_id)

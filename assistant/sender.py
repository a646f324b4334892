"""Shows claimed deliveries through their adapter, and records what became of each."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from adapters.base import ChatAdapter, ReplyAddress
from adapters.errors import AdapterError, AuthenticationFailed, DeliveryUnknown, RateLimited
from adapters.recent import Recent
from assistant.conversations.deliveries import CLAIM_S, Deliveries, Delivery
from assistant.errors import DatabaseUnavailable
from assistant.showing import Showing, Visible

_log = logging.getLogger(__name__)

MAX_AT_ONCE = 64
FEW_AT_ONCE = 4
"""While events come faster than they are stored: an acknowledgement has a deadline, a reply has none."""
MAX_ATTEMPTS = 60
MAX_WAIT_S = 60.0
"""Together about an hour: an outage of the platform is sat out that long."""
CLAIM_MARGIN_S = 3.0
"""Nothing is begun under a claim that runs out within this time: it may be another gateway's when the call arrives."""
MAX_VISIBLE = 2_000
"""Parts, of a few thousand characters each, of texts that grow: what another gateway shows the end of stays here."""


class ClaimLost(Exception):
    """Another gateway may have taken the delivery over, as this process stood still or was cut off from Postgres."""


class Sender:
    """The gateway's way out. Different conversations' deliveries are sent side by side, only a few as long as
    `gives_way`; `on_done` hears of each end, `on_shown` of each address that a reply is shown for."""

    def __init__(
        self,
        deliveries: Deliveries,
        adapters: Mapping[str, ChatAdapter],
        on_done: Callable[[], None],
        gives_way: Callable[[], bool] = lambda: False,
        on_shown: Callable[[ReplyAddress], None] = lambda _: None,
    ) -> None:
        self._deliveries = deliveries
        self._adapters = adapters
        self._on_done = on_done
        self._gives_way = gives_way
        self._on_shown = on_shown
        self._visible: Visible = Recent(MAX_VISIBLE)
        self._sending: set[asyncio.Task[None]] = set()
        self._held_until: dict[int, float] = {}

    async def send_due(self, platform: str, workspace: str | None) -> None:
        """Begin to send what is due on the platform, as far as there is room. Raises DatabaseUnavailable."""
        while (room := (FEW_AT_ONCE if self._gives_way() else MAX_AT_ONCE) - len(self._sending)) > 0:
            held_until = time.monotonic() + CLAIM_S
            claimed = await self._deliveries.claim(
                platform, workspace, room, self._held_until, previews=self._adapters[platform].capabilities.edits
            )
            for delivery in claimed:
                self._held_until[delivery.id] = held_until
                task = asyncio.create_task(self._send(delivery, self._adapters[platform]))
                self._sending.add(task)
                task.add_done_callback(self._done)
            if len(claimed) < room:
                return

    async def renew_claims(self) -> None:
        """Hold what is being sent, until cancelled."""
        while True:
            await asyncio.sleep(CLAIM_S / 4)
            in_hand, held_until = list(self._held_until), time.monotonic() + CLAIM_S
            if not in_hand:
                continue
            try:
                await self._deliveries.renew(in_hand)
            except DatabaseUnavailable as exc:
                _log.warning("claims could not be renewed", extra={"action": "renew", "error": type(exc).__name__})
            else:
                # Only those that were not finished meanwhile.
                self._held_until |= dict.fromkeys(self._held_until.keys() & in_hand, held_until)

    async def finish(self) -> None:
        """Wait until all that was begun is sent and recorded."""
        await asyncio.gather(*self._sending)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._on_done()

    async def _send(self, delivery: Delivery, adapter: ChatAdapter) -> None:
        facts: dict[str, object] = {"action": "send", "delivery_id": delivery.id, "platform": adapter.platform}
        try:
            await self._try_to_send(delivery, adapter, facts)
        except (DatabaseUnavailable, ClaimLost) as exc:
            # The claim runs out, and the delivery is taken up again then.
            _log.warning("delivery could not be recorded", extra=facts | {"error": type(exc).__name__})
        finally:
            del self._held_until[delivery.id]

    async def _try_to_send(self, delivery: Delivery, adapter: ChatAdapter, facts: dict[str, object]) -> None:
        showing = Showing(self._linked(delivery), adapter, self._check_claim, self._deliveries.progress, self._visible)
        try:
            await showing.show()
            for address in (delivery.address, *delivery.joined) if delivery.is_reply else ():
                self._on_shown(address)
            await self._deliveries.finish(delivery, "sent", showing.parts_sent, showing.shown)
        except AdapterError as exc:
            _log.warning("reply was not sent", extra=facts | {"error": type(exc).__name__, "reason": str(exc)})
            await self._record_failure(showing, exc)
        except (DatabaseUnavailable, ClaimLost):
            raise
        except Exception as exc:  # noqa: BLE001 (one adapter's fault must not end the others)
            _log.exception("adapter failed", extra=facts)
            await self._end(showing, "failed", exc)

    def _linked(self, delivery: Delivery) -> Delivery:
        """The delivery with a link to what it is about, if people of another place can go there."""
        about = delivery.about
        if about is None or about.is_direct or delivery.reply is None or about.platform not in self._adapters:
            return delivery
        link = self._adapters[about.platform].permalink(about)
        return replace(delivery, reply=replace(delivery.reply, link=link))

    def _check_claim(self, delivery: Delivery) -> None:
        if time.monotonic() > self._held_until[delivery.id] - CLAIM_MARGIN_S:
            raise ClaimLost

    async def _record_failure(self, showing: Showing, error: AdapterError) -> None:
        # Waiting out a rate limit is no failed attempt; a revoked token may be replaced in the meantime.
        is_unknown = isinstance(error, DeliveryUnknown)
        may_repeat = error.retryable or isinstance(error, AuthenticationFailed)
        is_private = bool(showing.delivery.address.visible_to)
        may_repeat = may_repeat or (is_unknown and showing.adapter.capabilities.idempotent_send and not is_private)
        if isinstance(error, RateLimited):
            await self._end(showing, "pending", error, delay_s=error.retry_after_s)
        elif may_repeat and showing.delivery.attempts < MAX_ATTEMPTS:
            await self._end(showing, "pending", error, delay_s=_backoff_s(showing.delivery.attempts))
        else:
            await self._end(showing, "unknown" if is_unknown else "failed", error)

    async def _end(self, showing: Showing, state: str, error: Exception, delay_s: float = 0.0) -> None:
        await self._deliveries.finish(
            showing.delivery,
            state,
            showing.parts_sent,
            showing.shown,
            error=type(error).__name__,
            delay_s=delay_s,
            may_be_shown=showing.may_be_shown or isinstance(error, DeliveryUnknown),
        )


def _backoff_s(attempts: int) -> float:
    """About 1, 2, 4 … 60 s."""
    return min(MAX_WAIT_S, 2.0 ** min(attempts - 1, 10)) * random.uniform(0.8, 1.0)  # noqa: S311 (jitter, no secret)

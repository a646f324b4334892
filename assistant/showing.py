"""Brings what is visible of a delivery to what shall be: shows parts, changes them, takes them away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence

from adapters.base import ChatAdapter, RenderedPart
from adapters.errors import DeliveryRefused, DeliveryUnknown
from assistant.conversations.deliveries import Delivery

Progress = Callable[[Delivery, int, Sequence[str]], Awaitable[None]]
Visible = MutableMapping[tuple[int, int], RenderedPart]
"""What growing texts look like now, by delivery and part."""


class Showing:
    """One attempt at one delivery: `shown` and `parts_sent` tell at each moment how far it got (see Delivery).

    `check_claim` is asked before each call to the platform, and raises when the delivery may be another gateway's.
    What `visible` remembers to look the same needs no call.
    """

    def __init__(
        self,
        delivery: Delivery,
        adapter: ChatAdapter,
        check_claim: Callable[[Delivery], None],
        progress: Progress,
        visible: Visible,
    ) -> None:
        self.delivery = delivery
        self.adapter = adapter
        self.shown = list(delivery.shown)
        self.parts_sent = delivery.parts_sent
        self.may_be_shown = delivery.may_be_shown
        self._check_claim = check_claim
        self._progress = progress
        self._visible = visible

    async def show(self) -> None:
        """Make it so. Raises AdapterError, and what `check_claim` and `progress` raise."""
        reply = self.delivery.reply
        parts = self.adapter.render(reply) if reply else ()
        while self.parts_sent < len(parts):
            self._check_claim(self.delivery)
            await self._show_anew(self.parts_sent, parts[self.parts_sent])
            self.parts_sent += 1
            if self.parts_sent < len(parts):
                await self._progress(self.delivery, self.parts_sent, self.shown)
        await self._retract_after(len(parts))
        if not (reply and reply.is_preview):
            self._forget()

    async def _show_anew(self, number: int, part: RenderedPart) -> None:
        """Show the part, unless this process made it look like this before."""
        if number < len(self.shown) and self._visible.get((self.delivery.id, number)) == part:
            return
        await self._show_part(number, part)
        self._visible[self.delivery.id, number] = part

    def _forget(self) -> None:
        for number in range(len(self.shown) + 1):
            self._visible.pop((self.delivery.id, number), None)

    async def _show_part(self, number: int, part: RenderedPart) -> None:
        key = self.delivery.idempotency_key(number)
        if number < len(self.shown):
            if await self._edited(self.shown[number], part):
                return
            key = f"{key}-{self.delivery.revision}"
        if self.may_be_shown and not self.adapter.capabilities.idempotent_send:
            raise DeliveryUnknown("a gateway ended while it was sending this")
        sent = await self.adapter.send(self.delivery.address, part, key, may_be_shown=self.may_be_shown)
        self.shown[number : number + 1] = [sent.message_id]
        if self.may_be_shown and self.delivery.revision:
            # What was found may be the part as it stood in an earlier revision.
            await self._edited(sent.message_id, part)
        self.may_be_shown = False

    async def _edited(self, message_id: str, part: RenderedPart) -> bool:
        """Whether the visible message now has the part's text: not where it was deleted, or nothing can be edited."""
        if not self.adapter.capabilities.edits:
            return False
        try:
            await self.adapter.edit(self.delivery.address, message_id, part)
        except DeliveryRefused:
            return False
        return True

    async def _retract_after(self, count: int) -> None:
        while len(self.shown) > count:
            self._check_claim(self.delivery)
            await self.adapter.retract(self.delivery.address, self.shown[-1])
            self.shown.pop()

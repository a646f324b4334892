"""What is the same for every way to an account: what WeChat shows, and what it can't."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.base import Capabilities, RenderedPart, Reply, ReplyAddress
from adapters.errors import DeliveryRefused
from adapters.wechat.parse import PLATFORM
from adapters.wechat.render import MAX_CHARS, render


class WechatChat:
    """The half of a ChatAdapter that needs no connection."""

    platform = PLATFORM
    capabilities = Capabilities(
        max_chars=MAX_CHARS, idempotent_send=False, threads=False, edits=False, private_replies=True
    )

    def render(self, reply: Reply) -> Sequence[RenderedPart]:
        return render(reply)

    async def edit(self, address: ReplyAddress, message_id: str, part: RenderedPart) -> None:
        raise DeliveryRefused("WeChat lets nobody change a message")

    async def retract(self, address: ReplyAddress, message_id: str) -> None:
        raise DeliveryRefused("WeChat lets an account take back a message for two minutes only: the assistant does not")

    async def show_working(self, address: ReplyAddress, *, is_working: bool = True) -> None:
        """WeChat shows nothing of the kind."""

    def permalink(self, address: ReplyAddress) -> str:
        """WeChat's messages have no addresses."""
        return ""

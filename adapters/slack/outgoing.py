"""What every adapter of Slack does to show replies, however events reach it."""

from __future__ import annotations

import logging

from adapters.base import Capabilities, RenderedPart, Reply, ReplyAddress, SentMessage
from adapters.errors import AdapterError, DeliveryRefused, DeliveryUnknown
from adapters.slack.parse import PLATFORM, Identity
from adapters.slack.permalink import permalink
from adapters.slack.private import show_privately
from adapters.slack.render import MAX_CHARS, render
from adapters.slack.web import SlackWeb
from adapters.slack.working import WORKING_S, Working

LOG = logging.getLogger(__name__)


class Outgoing:
    """Slack itself shows a repeated post twice: each carries its key in its metadata, where a send that may be a repeat
    looks first."""

    platform = PLATFORM
    capabilities = Capabilities(
        max_chars=MAX_CHARS,
        idempotent_send=True,
        threads=True,
        edits=True,
        buttons=True,
        working_s=WORKING_S,
        private_replies=True,
    )

    def __init__(self, web: SlackWeb) -> None:
        self._web = web
        self._working = Working(web)
        self._identity: Identity | None = None

    def render(self, reply: Reply) -> tuple[RenderedPart, ...]:
        return render(reply)

    async def send(
        self, address: ReplyAddress, part: RenderedPart, idempotency_key: str, *, may_be_shown: bool = False
    ) -> SentMessage:
        if address.visible_to:
            return await self._send_privately(address, part, may_be_shown)
        sent = await self._shown(address, idempotency_key) if may_be_shown else ""
        sent = sent or await self._web.post_message(address, part, idempotency_key)
        await self._end_working(address)
        return SentMessage(sent)

    async def edit(self, address: ReplyAddress, message_id: str, part: RenderedPart) -> None:
        _refuse_private(address)
        await self._web.update_message(address.channel, message_id, part)

    async def retract(self, address: ReplyAddress, message_id: str) -> None:
        _refuse_private(address)
        await self._web.delete_message(address.channel, message_id)

    async def show_working(self, address: ReplyAddress, *, is_working: bool = True) -> None:
        await self._working.show(address, is_working=is_working)

    def permalink(self, address: ReplyAddress) -> str:
        return permalink(self._identity.url, address) if self._identity else ""

    async def _send_privately(self, address: ReplyAddress, part: RenderedPart, may_be_shown: bool) -> SentMessage:
        if may_be_shown:
            raise DeliveryUnknown("Slack can't be asked what one person alone was shown.")
        return SentMessage(await show_privately(self._web, address, part))

    async def _shown(self, address: ReplyAddress, key: str) -> str:
        identity = self._identity or await self._web.identity()
        return await self._web.find_message(address, key, identity)

    async def _end_working(self, address: ReplyAddress) -> None:
        """The reply is shown: whether the reaction goes away is no matter of its delivery."""
        try:
            await self._working.end(address)
        except AdapterError as error:
            facts = {"action": "show_working", "platform": PLATFORM, "error": type(error).__name__}
            LOG.warning("Slack still shows that the question is worked at", extra=facts)


def _refuse_private(address: ReplyAddress) -> None:
    if address.visible_to:
        raise DeliveryRefused("Slack can't change what one person alone was shown.")

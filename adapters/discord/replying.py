"""The half of the port that shows replies, through whatever discord.py client there is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import discord

from adapters.base import Capabilities, RenderedPart, Reply, ReplyAddress, SentMessage
from adapters.discord.calls import call
from adapters.discord.places import PLATFORM, permalink_of
from adapters.discord.posting import TYPING_S, post_part, show_typing
from adapters.discord.private import PrivateReplies, show_direct_typing
from adapters.discord.render import MAX_CHARS, render_reply
from adapters.discord.shown import delete_shown, edit_shown, find_shown
from adapters.errors import AuthenticationFailed, DeliveryRefused

# discord.py repeats a call that failed with 5xx for 25 s, and waits up to 30 s for the rate limit.
CALL_TIMEOUT_S = 60.0


class ReplyingAdapter(ABC):
    """Shows replies at their addresses.

    Sends carry a nonce made of the idempotency key, by which Discord recognises a repeat for a few minutes; a send that
    may be a repeat looks for it in the history first. `call_timeout_s` bounds each send and change.
    """

    platform = PLATFORM
    capabilities = Capabilities(
        max_chars=MAX_CHARS,
        idempotent_send=True,
        threads=True,
        edits=True,
        buttons=True,
        working_s=TYPING_S,
        private_replies=True,
    )

    def __init__(self, call_timeout_s: float = CALL_TIMEOUT_S) -> None:
        self._call_timeout_s = call_timeout_s
        self._private = PrivateReplies()

    def render(self, reply: Reply) -> Sequence[RenderedPart]:
        return render_reply(reply)

    async def send(
        self, address: ReplyAddress, part: RenderedPart, idempotency_key: str, *, may_be_shown: bool = False
    ) -> SentMessage:
        client = self._connected_client()
        if address.visible_to:
            async with self._calling(client):
                sent = await self._private.send(client, address, part, idempotency_key, may_be_shown=may_be_shown)
            return SentMessage(str(sent))
        if may_be_shown:
            async with self._calling(client, may_be_repeated=True):
                shown_id = await find_shown(client, address, part.text)
            if shown_id is not None:
                return SentMessage(str(shown_id))
        async with self._calling(client):
            message_id = await post_part(client, address, part, idempotency_key)
        return SentMessage(str(message_id))

    async def edit(self, address: ReplyAddress, message_id: str, part: RenderedPart) -> None:
        client = self._connected_client()
        _refuse_private(address)
        async with self._calling(client, may_be_repeated=True):
            await edit_shown(client, address, int(message_id), part)

    async def retract(self, address: ReplyAddress, message_id: str) -> None:
        client = self._connected_client()
        _refuse_private(address)
        async with self._calling(client, may_be_repeated=True):
            with suppress(discord.NotFound):
                await delete_shown(client, address, int(message_id))

    async def show_working(self, address: ReplyAddress, *, is_working: bool = True) -> None:
        """Show for ten seconds that the assistant types. Discord has no call to end that: a message does."""
        if not is_working:
            return
        client = self._connected_client()
        async with self._calling(client, may_be_repeated=True):
            if address.visible_to:
                await show_direct_typing(client, address)
            else:
                await show_typing(client, address)

    def permalink(self, address: ReplyAddress) -> str:
        return permalink_of(address)

    @abstractmethod
    def _connected_client(self) -> discord.Client:
        """Give the client to call with. Raises PlatformUnavailable where there is none."""

    @abstractmethod
    def _token_refused(self, failure: AuthenticationFailed) -> None:
        """Discord has answered a call that the token is no longer good."""

    @asynccontextmanager
    async def _calling(self, client: discord.Client, *, may_be_repeated: bool = False) -> AsyncIterator[None]:
        try:
            async with call(client, self._call_timeout_s, may_be_repeated=may_be_repeated):
                yield
        except AuthenticationFailed as failure:
            self._token_refused(failure)
            raise


def _refuse_private(address: ReplyAddress) -> None:
    if address.visible_to:
        raise DeliveryRefused("A reply that one person alone sees can be neither edited nor taken away")

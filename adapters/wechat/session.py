"""What goes on between one account and the assistant: its messages in, replies out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from adapters.base import Missed, OnEvent, RenderedPart, ReplyAddress, SentMessage
from adapters.errors import DeliveryRefused, DeliveryUnknown
from adapters.inbox import Inbox
from adapters.wechat.askers import Askers, Spoken
from adapters.wechat.incoming import Incoming
from adapters.wechat.people import People
from adapters.wechat.puppet import Puppet

# WeChat's times are whole seconds, and its clock is not ours.
CLOCK_MARGIN = timedelta(minutes=2)


class Session:
    """The account behind `puppet`, from one login to the end of the connection.

    Messages from before it began, or from before what was `missed`, are left out: some gateways tell of old ones anew.
    What could not be read or stored is tried again after each of `retry_delays_s`.
    """

    def __init__(
        self, puppet: Puppet, on_event: OnEvent, missed: Missed | None, retry_delays_s: Sequence[float]
    ) -> None:
        since = (missed.since if missed else datetime.now(UTC)) - CLOCK_MARGIN
        self._puppet = puppet
        self._people = People(puppet.contact, puppet.room_alias)
        self._askers = Askers(puppet, self._people)
        self._inbox = Inbox(on_event, retry_delays_s)
        self._incoming = Incoming(puppet, self._people, self._inbox.put, since, retry_delays_s)

    def receive(self, message_id: str, own_id: str) -> None:
        """Hand the message on, in its own time; `own_id` is the account's."""
        self._incoming.put(message_id, own_id)

    async def send(self, address: ReplyAddress, part: RenderedPart, own_id: str, *, may_be_shown: bool) -> SentMessage:
        """Show one part at the address: to `visible_to` in their one-to-one chat, in a room below the asker's name."""
        if may_be_shown:
            raise DeliveryUnknown("WeChat cannot be asked whether a message was shown: it is not sent again")
        if address.workspace != own_id:
            raise DeliveryRefused("The question came to another WeChat account than the one that is logged in")
        conversation_id = address.visible_to or address.channel
        is_in_room = not (address.visible_to or address.is_direct)
        spoken = await self._askers.spoken(address, part.text) if is_in_room else Spoken(part.text)
        message_id = await self._puppet.send_text(conversation_id, spoken.text, list(spoken.mention_ids))
        if is_in_room:
            self._askers.named(address)
        return SentMessage(message_id)

    async def close(self) -> None:
        """Let messages that are being stored finish, and give up the others."""
        await self._incoming.close()
        await self._inbox.close()
        await self._people.close()

"""What the adapter needs of an account, whoever holds the connection: our own to a gateway, or an existing bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from adapters.wechat.payload import Payload

OFFICIAL = 2
"""The number of an official account's contact type (S: wechaty-puppet, schemas/contact)."""


@dataclass(frozen=True, slots=True)
class Contact:
    """`alias` is the assistant's own private name for the contact, "" for none."""

    name: str
    alias: str
    is_official: bool


class Puppet(Protocol):
    """Calls that raise nothing but AdapterError, each with a deadline."""

    async def message(self, message_id: str) -> Payload:
        """Give the message with that id."""

    async def contact(self, contact_id: str) -> Contact:
        """Give what the account knows of somebody."""

    async def room_alias(self, room_id: str, contact_id: str) -> str:
        """Give the name that somebody bears in that room only, "" for none."""

    async def send_text(self, conversation_id: str, text: str, mention_ids: list[str]) -> str:
        """Show a text in a room, or to a contact; give its id, "" where none is told.

        Raises DeliveryUnknown where it may have been shown all the same.
        """

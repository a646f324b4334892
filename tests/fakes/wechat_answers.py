"""A fake Wechaty gateway's answers to questions about messages and people, as they are on the wire."""

from __future__ import annotations

from typing import Any

from grpclib.const import Status
from grpclib.exceptions import GRPCError
from wechaty_grpc.wechaty import puppet as wire

from tests.fakes.wechat_world import ASSISTANT, World


def message_response(world: World, message_id: str) -> Any:
    """Give the message; its kind is wechaty-puppet's number, as with real gateways."""
    message = world.messages.get(message_id)
    if message is None:
        raise GRPCError(Status.UNKNOWN, "no payload")
    return wire.MessagePayloadResponse(
        id=message.message_id,
        filename=message.filename,
        text=message.text,
        timestamp=message.timestamp_ms,
        type=message.kind.value,
        from_id=message.talker_id,
        room_id=message.room_id,
        to_id="" if message.room_id else ASSISTANT,
        mention_ids=list(message.mention_ids),
    )


def contact_response(world: World, contact_id: str) -> Any:
    """Give the contact."""
    contact = world.contacts.get(contact_id)
    if contact is None:
        raise GRPCError(Status.UNKNOWN, "no payload")
    number = 2 if contact.is_official else 1
    return wire.ContactPayloadResponse(id=contact_id, name=contact.name, alias=contact.alias, type=number)


def member_response(world: World, room_id: str, contact_id: str) -> Any:
    """Give the name that a contact has in a room."""
    return wire.RoomMemberPayloadResponse(id=contact_id, room_alias=world.room_aliases.get((room_id, contact_id), ""))

"""What a Wechaty gateway tells of one message, in our own words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum


class Kind(Enum):
    """What a message is. The values are the numbers on the wire: those of wechaty-puppet's MessageType, which gateways
    send as they are, and not those of the .proto file (S: wechaty-puppet-service 1.19.9, server/puppet-implementation;
    python-wechaty's client reads them in the same way)."""

    UNKNOWN = 0
    FILE = 1
    VOICE = 2
    CONTACT = 3
    CHAT_HISTORY = 4
    STICKER = 5
    IMAGE = 6
    TEXT = 7
    LOCATION = 8
    MINI_PROGRAM = 9
    GROUP_NOTE = 10
    TRANSFER = 11
    RED_ENVELOPE = 12
    RECALLED = 13
    LINK = 14
    VIDEO = 15
    POST = 16


# Below it a time is in seconds: some gateways still give them. In milliseconds it is a day in 1973.
_FIRST_MILLISECONDS = 100_000_000_000


@dataclass(frozen=True, slots=True)
class Payload:
    """One message. `room_id` is "" in a one-to-one chat. `text` is what was written, or XML of WeChat's own for what is
    no text. `mention_ids` are the contacts that are named, where the gateway knows; many don't."""

    message_id: str
    kind: Kind
    talker_id: str
    sent_at: datetime
    room_id: str = ""
    text: str = ""
    filename: str = ""
    mention_ids: tuple[str, ...] = ()


def kind_of(number: int) -> Kind:
    """Give the kind for a number on the wire; UNKNOWN for those that came later."""
    try:
        return Kind(number)
    except ValueError:
        return Kind.UNKNOWN


def time_of(timestamp: int, now: datetime) -> datetime:
    """Give the time of a gateway's timestamp; `now` where it is missing or absurd."""
    try:
        sent_at = datetime.fromtimestamp(timestamp / 1000 if timestamp >= _FIRST_MILLISECONDS else timestamp, UTC)
    except (OverflowError, ValueError, OSError):
        return now
    return sent_at if timestamp > 0 else now

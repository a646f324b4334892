"""The people, rooms and messages behind a fake Wechaty gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from adapters.wechat.payload import Kind

ASSISTANT = "wxid_assistant"
ROOM = "20001@chatroom"
NAMES = {ASSISTANT: "客服小助手", "U1": "张三", "U2": "Li Si", "gh_news": "每日新闻", "wxid_shop": "小店"}
OFFICIAL = {"gh_news", "wxid_shop"}


@dataclass(slots=True)
class Contact:
    name: str
    alias: str = ""
    is_official: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message as a gateway knows it; `timestamp_ms` as WeChat gives it."""

    message_id: str
    talker_id: str
    text: str
    kind: Kind = Kind.TEXT
    room_id: str = ""
    filename: str = ""
    mention_ids: tuple[str, ...] = ()
    timestamp_ms: int = 0


@dataclass(slots=True)
class World:
    """One account's WeChat: who is there, what was written, and what the assistant has sent to whom."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    room_aliases: dict[tuple[str, str], str] = field(default_factory=dict)
    rooms: set[str] = field(default_factory=lambda: {ROOM})
    messages: dict[str, Message] = field(default_factory=dict)
    sent: list[tuple[str, Message]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=lambda: count(7_000_001))

    def __post_init__(self) -> None:
        for contact_id, name in NAMES.items():
            self.contacts[contact_id] = Contact(name, is_official=contact_id in OFFICIAL)

    def write(
        self,
        talker_id: str,
        text: str,
        *,
        kind: Kind = Kind.TEXT,
        room_id: str = "",
        filename: str = "",
        mention_ids: tuple[str, ...] = (),
        sent_at: datetime | None = None,
    ) -> Message:
        """Keep a new message."""
        message_id = str(next(self._numbers))
        timestamp_ms = int((sent_at or datetime.now(UTC)).timestamp()) * 1000
        message = Message(message_id, talker_id, text, kind, room_id, filename, mention_ids, timestamp_ms)
        self.messages[message_id] = message
        return message

    def show(self, conversation_id: str, text: str, mention_ids: tuple[str, ...]) -> Message:
        """Keep what the assistant sends; raises KeyError for an unknown room or contact."""
        if conversation_id not in self.rooms and conversation_id not in self.contacts:
            raise KeyError(conversation_id)
        room_id = conversation_id if conversation_id in self.rooms else ""
        message = self.write(ASSISTANT, text, room_id=room_id, mention_ids=mention_ids)
        self.sent.append((conversation_id, message))
        return message

    def sent_to(self, conversation_id: str) -> list[Message]:
        """Give what the assistant has sent there, oldest first."""
        return [message for to, message in self.sent if to == conversation_id]

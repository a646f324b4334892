"""What a fake Slack workspace holds: users, channels, messages; and the events that a post makes, in Slack's form."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

TEAM, APP = "T1", "A1"
BOT_USER, BOT_ID = "UBOT", "BBOT"
OTHER_BOT_USER, OTHER_BOT_ID = "UROBOT", "BROBOT"
EPOCH = 1_700_000_000
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Message:
    """One message as Slack stores it; `metadata` and `options` are what the poster sent along, `files` are names."""

    channel: str
    ts: str
    user: str
    text: str
    thread_ts: str = ""
    bot_id: str = ""
    metadata: Json = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Json, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ephemeral:
    """What one person alone was shown; `ts` is "" where it has no id."""

    channel: str
    user: str
    text: str
    thread_ts: str = ""
    ts: str = ""
    attachments: tuple[Json, ...] = ()


class Workspace:
    """Channels C1, C2 and C3 hold the assistant, CNOTIN does not; every user has a direct chat, D and the user id.

    `absent` are the channels and people who are not in them, `statuses` the assistant's below threads, and `reactions`
    its own: channel, message and name.
    """

    def __init__(self) -> None:
        self.channels = {"C1", "C2", "C3"}
        self.users = {"U1": "Ada", "U2": "Bob", BOT_USER: "llamadesk", OTHER_BOT_USER: "robot"}
        self.messages: list[Message] = []
        self.ephemerals: list[Ephemeral] = []
        self.absent: set[tuple[str, str]] = set()
        self.statuses: dict[tuple[str, str], str] = {}
        self.reactions: set[tuple[str, str, str]] = set()
        self._ids = itertools.count(1)

    def new_ts(self) -> str:
        number = next(self._ids)
        return f"{EPOCH + number}.{number:06d}"

    def add(self, message: Message) -> None:
        self.messages.append(message)
        if message.user == BOT_USER:  # a status ends with the assistant's next message
            self.statuses.pop((message.channel, message.thread_ts), None)

    def change(self, ts: str, text: str, attachments: tuple[Json, ...] | None = None) -> Message:
        """Give the message that text, and attachments where they are given; give what it was before."""
        before = self.find(ts)
        kept = before.attachments if attachments is None else attachments
        self.messages[self.messages.index(before)] = replace(before, text=text, attachments=kept)
        return before

    def remove(self, ts: str) -> Message:
        """Take the message away, and give what it was."""
        self.messages.remove(message := self.find(ts))
        return message

    def at(self, channel: str, thread: str = "") -> list[Message]:
        """Give what stands in the thread below `thread`, or in the channel outside of threads; roots not included."""
        return [m for m in self.messages if (m.channel, m.thread_ts) == (channel, thread)]

    def has(self, channel: str, ts: str) -> bool:
        return any((message.channel, message.ts) == (channel, ts) for message in self.messages)

    def find(self, ts: str) -> Message:
        return next(message for message in self.messages if message.ts == ts)

    def post_error(self, channel: str) -> str:
        """Give why the assistant may not post there, "" where it may."""
        if channel in self.channels or channel.removeprefix("D") in self.users:
            return ""
        return "not_in_channel" if channel == "CNOTIN" else "channel_not_found"


def event_payloads(message: Message) -> list[Json]:
    """Give the bodies of the events that Slack makes of a post: two where a channel's message names the assistant."""
    kinds = [message_json(message) | place_json(message)]
    if names_assistant(message):
        kinds.insert(0, app_mention(message))
    return [envelope(kind, event_id(message, str(number))) for number, kind in enumerate(kinds)]


def message_json(message: Message, with_metadata: bool = False) -> Json:
    """Give a message as it stands in events and histories, without its channel."""
    shown: Json = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts, "team": TEAM}
    if message.thread_ts:
        shown |= {"thread_ts": message.thread_ts, "parent_user_id": "U1"}
    if message.files:
        shown |= {"subtype": "file_share", "upload": False, "files": [file_json(name) for name in message.files]}
    if message.attachments:
        shown["attachments"] = list(message.attachments)
    if message.bot_id:
        shown |= {"bot_id": message.bot_id, "bot_profile": {"id": message.bot_id, "app_id": "A2"}}
    if with_metadata and message.metadata:
        shown["metadata"] = message.metadata
    return shown


def file_json(name: str) -> Json:
    """Give a file as it stands in a message: https://docs.slack.dev/reference/objects/file-object (2026-11)."""
    return {"id": "F1", "name": name, "title": name, "mode": "hosted", "size": 1024, "is_external": False}


def app_mention(message: Message) -> Json:
    """Give the second event of a post that names the assistant."""
    kind: Json = {"type": "app_mention", "channel": message.channel, "event_ts": message.ts}
    shown = message_json(message)
    shown.pop("subtype", None)
    return shown | kind


def place_json(message: Message) -> Json:
    return {
        "channel": message.channel,
        "channel_type": "im" if message.channel.startswith("D") else "channel",
        "event_ts": message.ts,
    }


def names_assistant(message: Message) -> bool:
    return f"<@{BOT_USER}>" in message.text and not message.channel.startswith("D")


def event_id(message: Message, number: str) -> str:
    return f"Ev{message.ts}{number}".replace(".", "")


def envelope(event: Json, event_id: str) -> Json:
    """Wrap an event as the Events API does: https://docs.slack.dev/apis/events-api (2026-11)."""
    return {
        "token": "deprecated",
        "team_id": TEAM,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": EPOCH,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": "4-context",
    }

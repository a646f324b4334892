"""What the fake Discord knows: one server with channels, people, threads and messages, as Discord's own JSON."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

DISCORD_EPOCH_MS = 1_420_070_400_000
TYPING_S = 10
TEXT, DIRECT, VOICE, PUBLIC_THREAD, FORUM = 0, 1, 2, 11, 15
MENTION = re.compile(r"<@!?(\d+)>")
ROLE_MENTION = re.compile(r"<@&(\d+)>")


@dataclass
class World:
    """What people would see. `closed_to_bots` are the people who take no direct messages of the assistant's."""

    users: dict[str, Json] = field(default_factory=dict)
    channels: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, list[Json]] = field(default_factory=dict)
    pings: dict[str, list[str]] = field(default_factory=dict)
    nonces: dict[str, Json] = field(default_factory=dict)
    reactions: list[tuple[str, str]] = field(default_factory=list)
    typing_since: dict[str, float] = field(default_factory=dict)
    closed_to_bots: set[str] = field(default_factory=set)
    threads_forbidden: bool = False
    remembers_nonces: bool = True
    _counter: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.guild_id = self.new_id()
        self.bot = self.user("assistant", bot=True)
        self.bot_role = {"id": self.new_id(), "name": "assistant", "managed": True, "tags": {"bot_id": self.bot["id"]}}
        self.general = self.add_channel("general", TEXT)["id"]

    def new_id(self) -> str:
        """Give a snowflake: its upper bits are the time, and each is greater than the one before."""
        return str(((int(time.time() * 1000) - DISCORD_EPOCH_MS) << 22) + next(self._counter))

    def user(self, name: str, *, bot: bool = False) -> Json:
        if name not in self.users:
            user = {"id": self.new_id(), "username": name, "discriminator": "0", "global_name": name, "avatar": None}
            self.users[name] = user | {"bot": bot}
        return self.users[name]

    def add_channel(self, name: str, kind: int, **fields: Any) -> Json:
        channel: Json = {"id": self.new_id(), "type": kind, "name": name, "guild_id": self.guild_id, "position": 0}
        channel |= {"permission_overwrites": [], "last_message_id": None, **fields}
        if kind == VOICE:
            channel |= {"bitrate": 64000, "user_limit": 0}
        self.messages.setdefault(channel["id"], [])
        return self.channels.setdefault(channel["id"], channel)

    def direct_channel(self, user: Json) -> Json:
        for channel in self.channels.values():
            if channel["type"] == DIRECT and channel["recipients"][0]["id"] == user["id"]:
                return channel
        channel = self.add_channel("", DIRECT, recipients=[user])
        del channel["guild_id"]
        return channel

    def add_thread(self, parent: str, thread_id: str, name: str, owner: str) -> Json:
        metadata: Json = {"archived": False, "locked": False, "auto_archive_duration": 1440}
        metadata["archive_timestamp"] = datetime.now(UTC).isoformat()
        fields = {"parent_id": parent, "owner_id": owner, "thread_metadata": metadata, "id": thread_id}
        return self.add_channel(name, PUBLIC_THREAD, message_count=0, member_count=1, **fields)

    def add_message(self, channel_id: str, author: Json, content: str, **fields: Any) -> Json:
        """Keep a message with what Discord derives of its content; `allowed_mentions` limits whom it notifies."""
        allowed = fields.pop("allowed_mentions", {"parse": ["users", "roles", "everyone"]}).get("parse", [])
        channel = self.channels[channel_id]
        message: Json = {"id": self.new_id(), "channel_id": channel_id, "author": author, "content": content, "type": 0}
        message |= {"timestamp": datetime.now(UTC).isoformat(), "edited_timestamp": None, "tts": False, "flags": 0}
        message |= {
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            **self._mentions(content, "everyone" in allowed),
        }
        if "guild_id" in channel:
            message |= {"guild_id": self.guild_id, "member": _member(author)}
        self.messages[channel_id].append(message | fields)
        channel["last_message_id"] = message["id"]
        self.pings[message["id"]] = self._pings(message, allowed)
        if author == self.bot:
            self.typing_since.pop(channel_id, None)
        return self.messages[channel_id][-1]

    def is_typing(self, channel_id: str) -> bool:
        """Whether the assistant is shown as typing there: until it posts, or ten seconds have passed."""
        return time.monotonic() - self.typing_since.get(channel_id, -TYPING_S) < TYPING_S

    def attachment(self, name: str, **fields: Any) -> Json:
        """Give a file as it stands in a message."""
        url = f"https://cdn.discordapp.com/attachments/1/2/{name}"
        return {"id": self.new_id(), "filename": name, "size": 1200, "url": url, "proxy_url": url, **fields}

    def edit_message(
        self, message: Json, content: str, allowed_mentions: Json | None = None, components: list[Json] | None = None
    ) -> None:
        """Change a message in place; without `components` those that are there stay."""
        allowed = (allowed_mentions or {"parse": ["users", "roles", "everyone"]}).get("parse", [])
        message |= {"content": content, "edited_timestamp": datetime.now(UTC).isoformat()}
        message |= self._mentions(content, "everyone" in allowed)
        message |= {} if components is None else {"components": components}
        self.pings[message["id"]] += self._pings(message, allowed)

    def delete_message(self, message_id: str) -> Json:
        """Take a message away, and give what Discord tells of that."""
        message = self.message(message_id)
        self.messages[message["channel_id"]].remove(message)
        return {"id": message_id, **{key: message[key] for key in ("channel_id", "guild_id") if key in message}}

    def message(self, message_id: str) -> Json:
        [message] = [m for messages in self.messages.values() for m in messages if m["id"] == message_id]
        return message

    def find_message(self, channel_id: str, message_id: str) -> Json | None:
        return next((m for m in self.messages.get(channel_id, []) if m["id"] == message_id), None)

    def guild(self) -> Json:
        """Give the server as GUILD_CREATE shows it."""
        everyone = {"id": self.guild_id, "name": "@everyone"}
        in_guild = [channel for channel in self.channels.values() if "guild_id" in channel]
        return {
            "id": self.guild_id,
            "name": "Shop",
            "unavailable": False,
            "member_count": len(self.users),
            "roles": [everyone, self.bot_role],
            "channels": [channel for channel in in_guild if channel["type"] != PUBLIC_THREAD],
            "threads": [channel for channel in in_guild if channel["type"] == PUBLIC_THREAD],
            "members": [_member(self.bot) | {"user": self.bot, "roles": [self.bot_role["id"]]}],
        }

    @staticmethod
    def member(user: Json) -> Json:
        """Give what the server knows of somebody in it."""
        return _member(user)

    def _mentions(self, content: str, everyone: bool) -> Json:
        known = {user["id"]: user for user in self.users.values()}
        users = [known[found] for found in dict.fromkeys(MENTION.findall(content)) if found in known]
        roles = [role for role in ROLE_MENTION.findall(content) if role == self.bot_role["id"]]
        notified = everyone and ("@everyone" in content or "@here" in content)
        return {"mentions": users, "mention_roles": roles, "mention_everyone": notified}

    @staticmethod
    def _pings(message: Json, allowed: list[str]) -> list[str]:
        users = [user["id"] for user in message["mentions"]] if "users" in allowed else []
        roles = message["mention_roles"] if "roles" in allowed else []
        return users + roles + (["everyone"] if message["mention_everyone"] else [])


def _member(user: Json) -> Json:
    return {
        "roles": [],
        "joined_at": "2024-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
        "nick": None,
    }

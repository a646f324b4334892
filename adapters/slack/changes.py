"""What an event tells of a post: what it says now, or that it was taken away. Pure.

Formats: https://docs.slack.dev/reference/events/message/message_changed and …/message_deleted (2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Json = Mapping[str, object]

CHANGED, DELETED = "message_changed", "message_deleted"
# What stands in place of a thread's first message when that is deleted and others are below it.
TOMBSTONE = "tombstone"


class Deleted(NamedTuple):
    """A post that was taken away, and what it was: {} where the event does not tell."""

    ts: str
    post: Json


def deleted_post(event: Json) -> Deleted | None:
    """Give the post that the event says is gone."""
    if string(event, "subtype") == DELETED:
        return Deleted(string(event, "deleted_ts"), mapping(event, "previous_message"))
    if string(event, "subtype") == CHANGED and string(mapping(event, "message"), "subtype") == TOMBSTONE:
        return Deleted(string(mapping(event, "message"), "ts"), mapping(event, "previous_message"))
    return None


def current_post(event: Json) -> Json:
    """Give the post as it stands after the event, {} where the event says nothing new of one.

    A changed post has `edited`, as it has in the `app_mention` that a mention added by an edit makes.
    """
    if string(event, "subtype") != CHANGED:
        return {} if event.get("hidden") else event
    post, before = mapping(event, "message"), mapping(event, "previous_message")
    # A link's preview or a reply in the thread changes a post, too, but not what it says.
    is_edit = string(post, "text") != string(before, "text") if before else bool(mapping(post, "edited"))
    if not is_edit:
        return {}
    place = {name: event[name] for name in ("channel", "channel_type") if name in event}
    return {"edited": {"ts": event.get("ts")}, **post, **place}


def mapping(data: Json, key: str) -> Json:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def string(data: Json, key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""

"""The events that edits and deletions make: https://docs.slack.dev/reference/events/message (2026-11)."""

from __future__ import annotations

from tests.fakes.slack_workspace import (
    Json,
    Message,
    app_mention,
    envelope,
    event_id,
    message_json,
    names_assistant,
    place_json,
)


def change_payloads(before: Message, after: Message, change: str, edited: bool = True) -> list[Json]:
    """Give the bodies of the events of an edit, at the time `change`; an edit that adds the mention makes two. An
    unedited change is the platform's own: a preview, or a reply below."""
    edit: Json = {"edited": {"user": after.user, "ts": change}} if edited else {}
    previous = message_json(before)
    kinds: list[Json] = [_changed(after, change, message_json(after) | edit, previous)]
    if names_assistant(after) and not names_assistant(before):
        kinds.insert(0, app_mention(after) | edit)
    return [envelope(kind, event_id(after, f"{change}c{number}")) for number, kind in enumerate(kinds)]


def deletion_payload(message: Message, change: str, has_replies: bool) -> Json:
    """Give the body of the event of a deletion; a thread's first message becomes a tombstone."""
    if has_replies:
        place: Json = {"type": "message", "ts": message.ts, "thread_ts": message.ts}
        tombstone = place | {"subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted."}
        kind = _changed(message, change, tombstone | {"hidden": True}, message_json(message))
    else:
        kind = {"type": "message", "subtype": "message_deleted", "hidden": True, "deleted_ts": message.ts}
        kind |= {"ts": change, "event_ts": change, "previous_message": message_json(message), **place_json(message)}
    return envelope(kind, event_id(message, f"{change}d"))


def _changed(message: Message, change: str, now: Json, previous: Json) -> Json:
    event: Json = {"type": "message", "subtype": "message_changed", "hidden": True, "message": now}
    return event | {"previous_message": previous, "ts": change, "event_ts": change, **place_json(message)}

"""Slack event in, IncomingMessage out. Pure; formats: https://docs.slack.dev/reference/events/message (2026-11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.base import IncomingMessage, ReplyAddress
from adapters.slack.markup import mentioned_users, mentions_group, plain_text

PLATFORM = "slack"
EVENT_TYPES = frozenset({"app_mention", "message"})
# Subtypes under which a person says something new. All others tell of edits, deletions, joins, topics or bots.
SPOKEN_SUBTYPES = frozenset({"", "file_share", "thread_broadcast"})
SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the assistant is in its workspace, as `auth.test` told."""

    team_id: str
    user_id: str
    bot_id: str


def parse_event(
    envelope: Mapping[str, object], identity: Identity, names: Mapping[str, str] | None = None
) -> IncomingMessage | None:
    """Give the message that a person wrote, or None where the event is none.

    `envelope` is the body of an Events API request, the same in Socket Mode. The twin events `app_mention` and
    `message` of one post give equal messages. `names` maps user ids to names; a missing one shows as its id.
    """
    event = _mapping(envelope, "event")
    if not _is_from_a_person(event, identity) or not _is_spoken(event):
        return None
    channel, timestamp = _string(event, "channel"), _string(event, "ts")
    sent_at = _time(timestamp)
    if not channel or sent_at is None:
        return None
    own_ids = {identity.user_id, *_authorized_bots(envelope)}
    text, names = _string(event, "text"), names or {}
    mentioned = set(mentioned_users(text))
    author = _string(event, "user")
    is_direct = _string(event, "channel_type") == "im" or channel.startswith("D")
    return IncomingMessage(
        address=ReplyAddress(
            platform=PLATFORM,
            workspace=_string(envelope, "team_id") or identity.team_id,
            channel=channel,
            thread=_string(event, "thread_ts") or ("" if is_direct else timestamp),
            message_id=timestamp,
            is_direct=is_direct,
        ),
        author_id=author,
        author_name=names.get(author, author),
        text=plain_text(text, own_ids, names),
        sent_at=sent_at,
        mentions_assistant=bool(mentioned & own_ids) or event.get("type") == "app_mention",
        mentions_others=bool(mentioned - own_ids) or mentions_group(text),
    )


def people_in(envelope: Mapping[str, object]) -> tuple[str, ...]:
    """Give the ids of the people whose names the message needs: its author first, then whom it mentions."""
    event = _mapping(envelope, "event")
    return tuple(dict.fromkeys([_string(event, "user"), *mentioned_users(_string(event, "text"))]))


def _is_from_a_person(event: Mapping[str, object], identity: Identity) -> bool:
    author = _string(event, "user")
    by_bot = bool(event.get("bot_id") or event.get("bot_profile"))
    return bool(author) and not by_bot and author not in (identity.user_id, SLACKBOT)


def _is_spoken(event: Mapping[str, object]) -> bool:
    """`edited` and `hidden` mark news about an older message, also in an `app_mention` made by an edit."""
    if event.get("edited") or event.get("hidden"):
        return False
    return _string(event, "type") in EVENT_TYPES and _string(event, "subtype") in SPOKEN_SUBTYPES


def _authorized_bots(envelope: Mapping[str, object]) -> set[str]:
    """Give the assistant's user ids in other workspaces of an organisation, which the event itself lists."""
    authorizations = envelope.get("authorizations")
    if not isinstance(authorizations, list):
        return set()
    return {
        _string(authorization, "user_id")
        for authorization in authorizations
        if isinstance(authorization, dict) and authorization.get("is_bot") is True
    } - {""}


def _time(timestamp: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _mapping(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _string(data: Mapping[str, object], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""

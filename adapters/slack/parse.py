"""Slack event in, IncomingEvent out. Pure; formats: https://docs.slack.dev/reference/events/message (2026-11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.base import DeletedMessage, IncomingEvent, IncomingMessage, ReplyAddress
from adapters.slack.changes import Deleted, current_post, deleted_post, mapping, string
from adapters.slack.files import file_names
from adapters.slack.markup import mentioned_users, mentions_group, plain_text

PLATFORM = "slack"
EVENT_TYPES = frozenset({"app_mention", "message"})
# Subtypes of what a person says. All others tell of joins, topics or bots.
SPOKEN_SUBTYPES = frozenset({"", "file_share", "thread_broadcast"})
SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the assistant is in its workspace, as `auth.test` told, and the workspace's web address."""

    team_id: str
    user_id: str
    bot_id: str
    url: str = ""


def parse_event(
    envelope: Mapping[str, object], identity: Identity, names: Mapping[str, str] | None = None
) -> IncomingEvent | None:
    """Give the message that a person wrote, changed or took away, or None where the event tells of none.

    `envelope` is the body of an Events API request, the same in Socket Mode. The twin events `app_mention` and
    `message` of one post, or of one edit, give equal messages. `names` maps user ids to names; a missing one shows as
    its id.
    """
    event = mapping(envelope, "event")
    if string(event, "type") not in EVENT_TYPES:
        return None
    workspace = string(envelope, "team_id") or identity.team_id
    if deleted := deleted_post(event):
        return _deletion(deleted, workspace, string(event, "channel"), identity)
    post = current_post(event)
    if not _is_from_a_person(post, identity) or string(post, "subtype") not in SPOKEN_SUBTYPES:
        return None
    address, sent_at = _address(post, workspace), _time(string(post, "ts"))
    if address is None or sent_at is None:
        return None
    own_ids = {identity.user_id, *_authorized_bots(envelope)}
    text, names = string(post, "text"), names or {}
    mentioned = set(mentioned_users(text))
    author = string(post, "user")
    return IncomingMessage(
        address=address,
        author_id=author,
        author_name=names.get(author, author),
        text=plain_text(text, own_ids, names),
        sent_at=sent_at,
        mentions_assistant=bool(mentioned & own_ids) or event.get("type") == "app_mention",
        mentions_others=bool(mentioned - own_ids) or mentions_group(text),
        edited_at=_time(string(mapping(post, "edited"), "ts")),
        attachments=file_names(post),
    )


def people_in(envelope: Mapping[str, object]) -> tuple[str, ...]:
    """Give the ids of the people whose names the message needs: its author first, then whom it mentions."""
    post = current_post(mapping(envelope, "event"))
    return tuple(dict.fromkeys([string(post, "user"), *mentioned_users(string(post, "text"))]))


def is_direct_channel(channel: str) -> bool:
    """Whether the id is that of a chat between two."""
    return channel.startswith("D")


def _address(post: Mapping[str, object], workspace: str) -> ReplyAddress | None:
    channel, timestamp, thread = (string(post, name) for name in ("channel", "ts", "thread_ts"))
    if not channel or not timestamp:
        return None
    is_direct = string(post, "channel_type") == "im" or is_direct_channel(channel)
    # A post with replies below it has itself as its thread: it stays where it was when it was new.
    own_thread = "" if is_direct else timestamp
    return ReplyAddress(
        platform=PLATFORM,
        workspace=workspace,
        channel=channel,
        thread=own_thread if thread in ("", timestamp) else thread,
        message_id=timestamp,
        is_direct=is_direct,
    )


def _deletion(deleted: Deleted, workspace: str, channel: str, identity: Identity) -> DeletedMessage | None:
    """Give the deletion, unless it is known to be of something that no person said."""
    if not channel or not deleted.ts or (deleted.post and not _is_from_a_person(deleted.post, identity)):
        return None
    return DeletedMessage(PLATFORM, workspace, channel, deleted.ts)


def _is_from_a_person(event: Mapping[str, object], identity: Identity) -> bool:
    author = string(event, "user")
    by_bot = bool(event.get("bot_id") or event.get("bot_profile"))
    return bool(author) and not by_bot and author not in (identity.user_id, SLACKBOT)


def _authorized_bots(envelope: Mapping[str, object]) -> set[str]:
    """Give the assistant's user ids in other workspaces of an organisation, which the event itself lists."""
    authorizations = envelope.get("authorizations")
    if not isinstance(authorizations, list):
        return set()
    return {
        string(authorization, "user_id")
        for authorization in authorizations
        if isinstance(authorization, dict) and authorization.get("is_bot") is True
    } - {""}


def _time(timestamp: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        return None

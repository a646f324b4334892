"""Slash command in, IncomingMessage out. Pure.

Format: https://docs.slack.dev/interactivity/implementing-slash-commands (2026-11). The manifest asks for escaped
names, so that the text has the markup of messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from adapters.base import CommandName, IncomingMessage, ReplyAddress
from adapters.slack.changes import string
from adapters.slack.markup import mentioned_users, mentions_group, plain_text
from adapters.slack.parse import PLATFORM, Identity, is_direct_channel

COMMANDS: dict[str, CommandName | None] = {"/ask": None, "/human": "human", "/forget": "forget", "/sources": "sources"}


def parse_command(
    form: Mapping[str, object], identity: Identity, received_at: datetime, names: Mapping[str, str] | None = None
) -> IncomingMessage | None:
    """Give what the person says by the command, or None where it is not one of ours.

    Slack tells no time of a command, hence `received_at`, and shows it to nobody: its reply is for its author alone.
    """
    command, user, channel = (string(form, name) for name in ("command", "user_id", "channel_id"))
    invocation = string(form, "trigger_id")
    if command not in COMMANDS or not (user and channel and invocation):
        return None
    address = ReplyAddress(
        platform=PLATFORM,
        workspace=string(form, "team_id") or identity.team_id,
        channel=channel,
        thread="",
        message_id=invocation,
        is_direct=is_direct_channel(channel),
        visible_to=user,
        interaction=string(form, "response_url"),
    )
    text, names = string(form, "text"), names or {}
    return IncomingMessage(
        address=address,
        author_id=user,
        author_name=names.get(user) or string(form, "user_name") or user,
        text=plain_text(text, {identity.user_id}, names),
        sent_at=received_at,
        mentions_assistant=True,
        mentions_others=bool(set(mentioned_users(text)) - {identity.user_id}) or mentions_group(text),
        command=COMMANDS[command],
    )


def people_in_command(form: Mapping[str, object]) -> tuple[str, ...]:
    """Give the ids of the people whose names the command needs: its author first, then whom it mentions."""
    return tuple(dict.fromkeys([string(form, "user_id"), *mentioned_users(string(form, "text"))]))

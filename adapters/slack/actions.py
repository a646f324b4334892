"""Interaction payload in, ButtonPress out. Pure.

Format: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload (2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping

from adapters.base import ButtonName, ButtonPress
from adapters.slack.buttons import button_of
from adapters.slack.changes import mapping, string
from adapters.slack.parse import PLATFORM, Identity, is_direct_channel

BLOCK_ACTIONS = "block_actions"


def parse_press(
    payload: Mapping[str, object], identity: Identity, names: Mapping[str, str] | None = None
) -> ButtonPress | None:
    """Give the press of one of our buttons, or None where the payload tells of none."""
    if string(payload, "type") != BLOCK_ACTIONS:
        return None
    container, user = mapping(payload, "container"), presser(payload)
    channel = string(container, "channel_id") or string(mapping(payload, "channel"), "id")
    message_id = string(container, "message_ts")
    button, pressed_at = _pressed(payload)
    if button is None or not (user and channel and message_id and pressed_at):
        return None
    is_direct = is_direct_channel(channel)
    thread = string(container, "thread_ts") or string(mapping(payload, "message"), "thread_ts")
    # A message with replies below it has itself as its thread; what one person alone sees can have none.
    own_thread = "" if is_direct or container.get("is_ephemeral") is True else message_id
    person = mapping(payload, "user")
    return ButtonPress(
        platform=PLATFORM,
        workspace=string(mapping(payload, "team"), "id") or identity.team_id,
        channel=channel,
        thread=own_thread if thread in ("", message_id) else thread,
        message_id=message_id,
        button=button,
        author_id=user,
        author_name=(names or {}).get(user) or string(person, "name") or string(person, "username") or user,
        press_id=f"{pressed_at}-{user}",
        is_direct=is_direct,
    )


def presser(payload: Mapping[str, object]) -> str:
    """Give the id of who pressed, "" where it is not told."""
    return string(mapping(payload, "user"), "id")


def _pressed(payload: Mapping[str, object]) -> tuple[ButtonName | None, str]:
    """Give the first of our buttons among the actions, and when it was pressed."""
    actions = payload.get("actions")
    for action in actions if isinstance(actions, list) else []:
        if isinstance(action, dict) and (button := button_of(string(action, "action_id"))):
            return button, string(action, "action_ts")
    return None, ""

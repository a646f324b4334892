"""Buttons below a reply, as Slack's blocks and back. Pure.

They stand in an attachment: with blocks of its own, a message would show them instead of its `text`.
https://docs.slack.dev/reference/block-kit/block-elements/button-element (2026-11)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from adapters.base import Button, ButtonName

MAX_LABEL_CHARS = 75
ACTION_PREFIX = "llamadesk_"
ACTIONS: dict[str, ButtonName] = {f"{ACTION_PREFIX}{name}": name for name in get_args(ButtonName)}


def attachments(buttons: Sequence[Button]) -> list[dict[str, object]]:
    """Give the attachments of a message with these buttons: none, as an empty list, takes away what is there."""
    if not buttons:
        return []
    # Shown where blocks can't be, as in notifications.
    fallback = " · ".join(button.label for button in buttons)
    return [{"fallback": fallback, "blocks": [{"type": "actions", "elements": [_element(b) for b in buttons]}]}]


def button_of(action_id: str) -> ButtonName | None:
    """Give what the action means, None where it is not one of ours."""
    return ACTIONS.get(action_id)


def _element(button: Button) -> dict[str, object]:
    label = button.label[:MAX_LABEL_CHARS]
    text = {"type": "plain_text", "text": label, "emoji": True}
    return {"type": "button", "action_id": f"{ACTION_PREFIX}{button.name}", "text": text}

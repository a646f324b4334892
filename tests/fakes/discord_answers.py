"""What the calls of the fake Discord's REST API have in common: bodies, refusals, and the rules for a text."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.fakes.discord_world import Json

EMPTY_MESSAGE, INVALID_FORM = 50006, 50035
MAX_CONTENT, MAX_NONCE, MAX_LABEL, MAX_CUSTOM_ID, MAX_ROW = 2000, 25, 80, 100, 5
ROW, BUTTON = 1, 2


class Refusal(Exception):
    """Discord's "no" to a call: an HTTP status and Discord's own code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.body = status, {"message": message, "code": code}


def content_of(payload: Json) -> str:
    """Give the content as Discord keeps it: without blank space around it, 1 to 2,000 code points. Refuses what else
    Discord would refuse of a message."""
    content: str = payload["content"].strip()
    if not content:
        raise Refusal(400, EMPTY_MESSAGE, "Cannot send an empty message")
    if len(content) > MAX_CONTENT or len(str(payload.get("nonce", ""))) > MAX_NONCE:
        raise Refusal(400, INVALID_FORM, "Invalid Form Body")
    if not all(_is_row(row) for row in payload.get("components") or []):
        raise Refusal(400, INVALID_FORM, "Invalid Form Body")
    return content


def _is_row(row: Json) -> bool:
    buttons = row["components"]
    ids = {button["custom_id"] for button in buttons}
    return row["type"] == ROW and 1 <= len(buttons) == len(ids) <= MAX_ROW and all(map(_is_button, buttons))


def _is_button(button: Json) -> bool:
    is_labelled = 1 <= len(button["label"]) <= MAX_LABEL
    return button["type"] == BUTTON and is_labelled and 1 <= len(button["custom_id"]) <= MAX_CUSTOM_ID


def answer_json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    # discord.py reads an answer as JSON only if its content type carries no charset.
    return web.Response(
        body=json.dumps(data).encode(), status=status, headers={"Content-Type": "application/json", **(headers or {})}
    )

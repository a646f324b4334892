"""What people name an answer by: our ids, as logs show them, the platform's, or a link to the message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assistant.errors import AssistantError

FORMS = "a message's id (12), reply:7, last, or the link to a message in Slack or Discord"
_OURS = re.compile(r"(?:(?P<kind>message|reply)(?:_id)?[:=])?(?P<id>[0-9]{1,19})", re.ASCII)
# https://docs.slack.dev/reference/methods/chat.getPermalink (2026-11): the timestamp without its point, of which six
# digits are the fraction.
_SLACK = re.compile(r"https://[^/?#]+/archives/(?P<channel>[^/?#]+)/p(?P<whole>[0-9]+)(?P<part>[0-9]{6})(?:[?#].*)?")
# In a thread Discord's links name the thread for the channel; a message's id is unique by itself.
_DISCORD = re.compile(
    r"https://(?:[\w.]+\.)?discord(?:app)?\.com/channels/[^/?#]+/[0-9]+/(?P<post>[0-9]+)/?(?:[?#].*)?"
)
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Reference:
    """What is named: our message or reply with that `id`, the newest reply, or the platform's message `post` (of
    `channel`, "" for any). A bare number is an `id` of ours or, where there is none, a `post`."""

    kind: Literal["message", "reply", "last", "post"]
    id: int = 0
    post: str = ""
    channel: str = ""


class NoSuchMessage(AssistantError):
    """Nothing is known under what was named."""


def read_reference(text: str) -> Reference:
    """What the text names. Raises AssistantError where it is empty."""
    text = text.strip()
    if not text:
        raise AssistantError(f"the id is empty: name {FORMS}")
    if text == "last":
        return Reference("last")
    slack, discord, ours = _SLACK.fullmatch(text), _DISCORD.fullmatch(text), _OURS.fullmatch(text)
    if slack:
        return Reference("post", post=f"{slack['whole']}.{slack['part']}", channel=slack["channel"])
    if discord:
        return Reference("post", post=discord["post"])
    if ours and int(ours["id"]) <= _LARGEST:
        is_bare = ours["kind"] is None
        return Reference("reply" if ours["kind"] == "reply" else "message", int(ours["id"]), text if is_bare else "")
    return Reference("post", post=text)

"""Slack's markup of incoming text as plain text. Pure.

Everything that is markup stands in angle brackets; a person's own `<`, `>` and `&` come as entities:
https://docs.slack.dev/messaging/formatting-message-text (2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

TOKEN = re.compile(r"<([^<>]*)>")
USER = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")
GROUP = re.compile(r"<!subteam\^[^<>]*>")
ENTITY = re.compile(r"&(lt|gt|amp);")
CHARACTERS = {"lt": "<", "gt": ">", "amp": "&"}


def mentioned_users(text: str) -> list[str]:
    """Give the ids of the users that the text mentions, in order."""
    return USER.findall(text)


def mentions_group(text: str) -> bool:
    """Whether the text calls a user group (not `@here` and the like, which name nobody)."""
    return GROUP.search(text) is not None


def plain_text(text: str, own_ids: Collection[str], names: Mapping[str, str]) -> str:
    """Give the text as people read it, without the mentions of `own_ids`; `names` maps user ids to names."""
    for own_id in own_ids:
        text = re.sub(rf"[ \t]*<@{re.escape(own_id)}(?:\|[^<>]*)?>(?:[:,](?=\s|$))?[ \t]*", " ", text)
    # Entities last: a person's "&lt;@U1&gt;" is text, never a mention.
    pieces = TOKEN.split(text)
    shown = [_shown(piece, names) if index % 2 else piece for index, piece in enumerate(pieces)]
    return ENTITY.sub(lambda match: CHARACTERS[match.group(1)], "".join(shown)).strip()


def _shown(token: str, names: Mapping[str, str]) -> str:
    target, _, label = token.partition("|")
    match target[:1]:
        case "@":
            user = target[1:]
            return "@" + (names.get(user) or label or user)
        case "#":
            return "#" + (label or target[1:])
        case "!":
            return _special(target[1:], label)
    return _link(target, label)


def _special(command: str, label: str) -> str:
    """`<!here>`, `<!subteam^S1|@team>`, `<!date^…|fallback>`."""
    if label:
        return label
    return "@" + command.removeprefix("subteam^")


def _link(target: str, label: str) -> str:
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if not label or label == address or address.split("://")[-1].rstrip("/") == label.rstrip("/"):
        return label or address
    return f"{label} ({address})"

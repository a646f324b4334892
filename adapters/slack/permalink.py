"""The web address of a message: https://docs.slack.dev/reference/methods/chat.getPermalink (2026-11). Pure."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

from adapters.base import ReplyAddress

TIMESTAMP = re.compile(r"[0-9]+\.[0-9]+", re.ASCII)


def permalink(workspace_url: str, address: ReplyAddress) -> str:
    """Give the address of the message, "" for a slash command, which stands nowhere."""
    if not workspace_url.startswith("https://") or not TIMESTAMP.fullmatch(address.message_id):
        return ""
    place = f"{workspace_url.rstrip('/')}/archives/{quote(address.channel, safe='')}"
    link = f"{place}/p{address.message_id.replace('.', '')}"
    if address.thread in ("", address.message_id):
        return link
    return f"{link}?{urlencode({'thread_ts': address.thread, 'cid': address.channel})}"

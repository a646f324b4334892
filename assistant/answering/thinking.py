"""What a model writes before its reply, where the template lets it think first: never shown."""

from __future__ import annotations

import re

THINKING_TEMPLATES = frozenset({"step_by_step"})
"""Their prompts end with the label of the thoughts, and ask for the reply's."""
REPLY_LABEL = "My reply:"

_REPLY = re.compile(r"^[ \t]*[*_]{0,2}My reply[*_]{0,2}[:\uff1a][*_]{0,2}[ \t]*", re.MULTILINE | re.IGNORECASE)
_AGAIN = re.compile(r"^[ \t]*[*_]{0,2}My (?:thoughts|reply)\b", re.MULTILINE | re.IGNORECASE)


def spoken(text: str, template: str) -> str:
    """What may be shown of a text that was made by the template, whole or as far as it is written: behind the label of
    the reply, up to where the model begins to think once more. "" as long as there is no label: it may all be
    thoughts."""
    if template not in THINKING_TEMPLATES:
        return text
    found = _REPLY.search(text)
    if found is None:
        return ""
    reply = text[found.end() :]
    again = _AGAIN.search(reply)
    return (reply[: again.start()] if again else reply).strip()

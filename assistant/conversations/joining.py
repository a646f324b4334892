"""Which messages are answered together: a quick "also…" belongs to the question before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from assistant.conversations.model import PendingMessage

JOIN_WITHIN = timedelta(seconds=15)
MAX_JOINED = 5

# How people go on with what they have just written. Not "and…": that mostly asks about the answer to come.
_CONTINUES = re.compile(
    r"(also|plus|oh|sorry|i mean|ps|p\.s|btw|by the way|one more thing|außerdem|ach ja|aussi|también)(?!\w)"
    r"|还有|另外|\*(?=\S)",
    re.IGNORECASE,
)


def joined(waiting: Sequence[PendingMessage]) -> tuple[PendingMessage, ...]:
    """The first of the waiting messages (oldest first), and those right behind it that go on with it: by the same
    person, soon after, without naming the assistant anew."""
    turn = [waiting[0]]
    for message in waiting[1:MAX_JOINED]:
        if not _continues(turn[-1], message):
            break
        turn.append(message)
    return tuple(turn)


def _continues(before: PendingMessage, message: PendingMessage) -> bool:
    return (
        message.author_id == before.author_id
        and not message.names_assistant
        and before.command is None
        and message.command is None
        and message.sent_at - before.sent_at <= JOIN_WITHIN
        and _CONTINUES.match(message.text.lstrip(" .…-")) is not None
    )

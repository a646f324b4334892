"""A typed line to an IncomingMessage."""

from __future__ import annotations

from datetime import UTC, datetime

from adapters.base import IncomingMessage, ReplyAddress

PLATFORM = "terminal"


def parse_line(line: str, *, session: str, conversation: int, number: int, author: str) -> IncomingMessage:
    """The `number`-th line of a session, in its `conversation`-th conversation. Every line speaks to the assistant."""
    address = ReplyAddress(
        platform=PLATFORM,
        workspace=session,
        channel=f"conversation-{conversation}",
        thread="",
        message_id=str(number),
        is_direct=True,
    )
    return IncomingMessage(
        address=address, author_id=author, author_name=author, text=line.strip(), sent_at=datetime.now(UTC)
    )

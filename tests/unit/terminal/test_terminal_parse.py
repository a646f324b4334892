"""A typed line becomes a message that speaks to the assistant."""

from __future__ import annotations

import pytest

from adapters.base import ReplyAddress
from adapters.terminal.parse import parse_line


@pytest.mark.parametrize(
    ("line", "text"),
    [("hello", "hello"), ("  hello \n", "hello"), ("", ""), ("two\tparts", "two\tparts"), ("?", "?")],
)
def test_line_is_a_direct_message(line: str, text: str) -> None:
    """White space around it is none of the question."""
    message = parse_line(line, session="s", conversation=2, number=3, author="Ada")
    assert message.text == text
    assert message.address == ReplyAddress("terminal", "s", "conversation-2", "", "3", is_direct=True)
    assert message.is_addressed
    assert not message.mentions_others
    assert (message.author_id, message.author_name) == ("Ada", "Ada")
    assert message.sent_at.tzinfo is not None


def test_lines_and_sessions_have_keys_of_their_own() -> None:
    """The same words again are another message."""
    places = [("a", 1, 1), ("a", 1, 2), ("a", 2, 1), ("b", 1, 1)]
    keys = {parse_line("x", session=s, conversation=c, number=n, author="me").event_key for s, c, n in places}
    assert len(keys) == len(places)

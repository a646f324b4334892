"""Which messages belong to one turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assistant.conversations.joining import JOIN_WITHIN, MAX_JOINED, joined
from assistant.conversations.model import PendingMessage

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def message(text: str, number: int = 0, author: str = "U1", names: bool = False, after_s: float = 0) -> PendingMessage:
    return PendingMessage(number, author, "Ada", text, 0, NOW + timedelta(seconds=after_s), names)


@pytest.mark.parametrize(
    "text",
    ["also two?", "Also, two?", "… also two", "Oh, and two", "PS: two", "p.s. two", "*two", "另外两个", "sorry, two"],
)
def test_addition_joins(text: str) -> None:
    """People go on in the middle of a thought."""
    assert len(joined([message("one?"), message(text)])) == 2


@pytest.mark.parametrize("text", ["and how much is it?", "two?", "alsoran", "plush toys?", "ohm", "", "thanks"])
def test_question_of_its_own_does_not_join(text: str) -> None:
    """It asks about the answer to come, or about something else."""
    assert len(joined([message("one?"), message(text)])) == 1


@pytest.mark.parametrize(
    "addition",
    [
        message("also two", author="U2"),
        message("also two", names=True),
        message("also two", after_s=JOIN_WITHIN.total_seconds() + 1),
    ],
)
def test_addition_of_another_kind_does_not_join(addition: PendingMessage) -> None:
    """Another person's, one that names the assistant anew, or one that comes late."""
    assert len(joined([message("one?"), addition])) == 1


def test_only_what_is_right_behind_joins() -> None:
    """Order is kept: nothing is answered before what stands between."""
    waiting = [message("one?", 1), message("also two", 2), message("three?", 3), message("also four", 4)]
    assert [one.id for one in joined(waiting)] == [1, 2]


def test_turn_is_bounded() -> None:
    """A flood of additions is no prompt."""
    assert len(joined([message("one?")] + [message("also")] * 50)) == MAX_JOINED

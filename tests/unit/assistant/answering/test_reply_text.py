"""The text of a generation before it is checked, and its end."""

from __future__ import annotations

import pytest

from assistant.answering.reply_text import closed, ended_text, tidy
from assistant.llm.base import FinishReason, Generation


@pytest.mark.parametrize(
    ("text", "reason", "expected"),
    [
        (" Thirty days [1]. ", "stop", "Thirty days [1]."),
        ("Thirty days [4].", "stop", "Thirty days."),
        ("Thirty days [1, 2] and list[7].", "stop", "Thirty days [1, 2] and list[7]."),
        ("Thirty days. After that it is", "length", "Thirty days."),
        ("Thirty days [1]. After", "length", "Thirty days [1]."),
        ("三十天。之后", "length", "三十天。"),
        ("Version 1.5 is", "length", "Version 1.5 is …"),
        ("Do this:\n- One thing.\n- Another th", "length", "Do this:\n- One thing."),
        ("", "stop", ""),
        (" \n", "length", ""),
        ("\0", "stop", ""),
        ("[9]", "length", ""),
    ],
)
def test_reply_ends_well_and_cites_what_there_is(text: str, reason: FinishReason, expected: str) -> None:
    """Cut text ends at its last sentence, and marks point to passages; nothing stays nothing."""
    assert ended_text(Generation(text, reason, 10), passages=2) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Run it. ```\nx = 1", "Run it. ```\nx = 1\n```"), ("```\nx = 1\n```", "```\nx = 1\n```"), ("x", "x")],
)
def test_fences_are_closed(text: str, expected: str) -> None:
    """Or all that follows in the chat would be code."""
    assert closed(text) == expected


def test_growing_text_is_tidied_alike() -> None:
    """What is seen of it looks as it will."""
    assert tidy(" Thirty days [4] and \0", 2) == "Thirty days and"

"""What reaches the customer of a generation."""

from __future__ import annotations

import pytest

from assistant.errors import GenerationIncomplete
from assistant.llm.base import FinishReason, Generation
from assistant.reply_text import reply_text


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
        ("Run it. ```\nx = 1", "stop", "Run it. ```\nx = 1\n```"),
        ("```\nx = 1\n```", "stop", "```\nx = 1\n```"),
    ],
)
def test_reply_ends_well_and_cites_what_there_is(text: str, reason: FinishReason, expected: str) -> None:
    """Cut text ends at its last sentence, fences are closed, marks point to passages."""
    assert reply_text(Generation(text, reason, 10), passages=2) == expected


@pytest.mark.parametrize(("text", "reason"), [("", "stop"), (" \n", "length"), ("\0", "stop"), ("[9]", "length")])
def test_reply_without_words_is_incomplete(text: str, reason: FinishReason) -> None:
    """Nothing is never sent: the generation is repeated."""
    with pytest.raises(GenerationIncomplete):
        reply_text(Generation(text, reason, 10), passages=2)

"""Repetition ends where it begins."""

from __future__ import annotations

import pytest

from assistant.checks.loops import without_loop


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is the best the best the best the best the best thing.", "It is the best"),
        ("word " * 60, "word"),
        ("很好" * 10, "很好"),
        ("One two three four five six seven eight. " * 5, "One two three four five six seven eight"),
        ("It is very, very, very good.", "It is very, very, very good."),
        ("| 0 | 0 | 0 | 0 | 0 | 0 | 0 |", "| 0 | 0 | 0 | 0 | 0 | 0 | 0 |"),
        ("Pay by card. Pay by bank. Pay by cash.", "Pay by card. Pay by bank. Pay by cash."),
        ("", ""),
    ],
)
def test_loop_is_cut(text: str, expected: str) -> None:
    """Four times in a row is no style."""
    assert expected == without_loop(text)

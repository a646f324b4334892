"""A text that is still being written."""

from __future__ import annotations

import pytest

from adapters.unfinished import settled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thirty days", "Thirty days"),
        ("It is **very", "It is **very**"),
        ("It is **very**", "It is **very**"),
        ("It is **", "It is"),
        ("a *", "a"),
        ("a ~~b", "a ~~b~~"),
        ("run `cmd", "run `cmd`"),
        ("See [the page](https://shop.exam", "See the page"),
        ("See [the pa", "See the pa"),
        ("See [the page](https://shop.example) and", "See [the page](https://shop.example) and"),
        ("30 days [1", "30 days"),
        ("30 days [1]", "30 days [1]"),
        ("- one\n- ", "- one"),
        ("1. one\n2.", "1. one"),
        ("text\n\n##", "text"),
        ("text\n\n| A | B", "text"),
        ("text\n\n| A | B |\n|--", "text"),
        ("| A |\n|---|\n| x |\n| y", "| A |\n|---|\n| x |"),
        ("```\n**a", "```\n**a"),
        ("```\n**a\n```\n**b", "```\n**a\n```\n**b**"),
    ],
)
def test_markup_without_an_end_is_settled(text: str, expected: str) -> None:
    """What will be markup once it has an end does not stand there as characters."""
    assert expected == settled(text)


@pytest.mark.parametrize("piece", ["[", "*", "`", "| ", "\n|", "[a](", "- \n", "\n"])
def test_long_text_is_settled_in_time(piece: str) -> None:
    """No pattern runs away; the suite's time limit would end it."""
    settled(piece * 20_000 + "x")

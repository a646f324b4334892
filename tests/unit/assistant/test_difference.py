"""What differs between two answers."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from assistant.explaining.difference import difference, similarity, summary
from assistant.explaining.outcome import FoundChunk, Outcome, Replay

THEN = Outcome("answered", "It costs nine euros.", ("fees?",), (FoundChunk(1, "Fees", "a.md", 0.41),), "a@1", "m")
NOW = Outcome("refused", "It costs ten euros.", ("fees?",), (FoundChunk(2, "[red]Prices", "b.md", 0.3),), "b@2", "m")


def printed(what: object) -> str:
    out = io.StringIO()
    Console(file=out, width=120, no_color=True).print(what)
    return out.getvalue()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a b c d", "a b c d", 1.0),
        ("a b", "c d", 0.0),
        ("a b c d ", "a b x d ", 0.75),
        ("三十天", "四十天", 2 / 3),
        ("", "", 1),
    ],
)
def test_similarity_is_the_share_of_equal_words(before: str, after: str, expected: float) -> None:
    """Words in the same order; characters of scripts without blanks."""
    assert similarity(before, after) == pytest.approx(expected)


def test_difference_shows_what_is_gone_and_what_is_new() -> None:
    """Each passage with its place then and now; what documents are called is no markup, and commands no terminal."""
    replay = Replay(12, "fees?\x1b[31m", THEN, NOW)
    text = printed(difference(replay))
    for part in ("answered", "refused", "nine", "ten", "1. at 0.410", "1. at 0.300", "[red]Prices", "a@1", "b@2"):
        assert part in text
    assert "\x1b" not in text


def test_summary_has_a_line_for_each() -> None:
    """With how alike they are."""
    text = printed(summary([Replay(12, "fees?", THEN, NOW), Replay(13, "hours?", THEN, THEN)]))
    assert ("75%" in text, "100%" in text, "0 of 2" in text, "1 of 1" in text) == (True, True, True, True)

"""What a terminal shows: the text and its sources, and nothing that the terminal could take for a command."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Reply, Source
from adapters.terminal.render import render

BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def shown(text: str, *sources: Source) -> str:
    return "\n".join(part.text for part in render(Reply(text, sources)))


def commands_in(text: str) -> list[str]:
    return [c for c in text if (unicodedata.category(c) == "Cc" and c not in "\t\n") or c in BIDI]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;owned\x07title", "]0;ownedtitle"),
        ("\x1b]52;c;ZXZpbA==\x07x", "]52;c;ZXZpbA==x"),
        ("\x9b2Jcleared", "2Jcleared"),
        ("safe\rEVIL", "safeEVIL"),
        ("bell\x07 back\x08space", "bell backspace"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("windows\r\nline", "windows\nline"),
        ("\x07", "\ufffd"),
        ("\x1b\u202e", "\ufffd"),
    ],
)
def test_control_sequences_lose_their_force(text: str, expected: str) -> None:
    """A model, or a document that it quotes, can't clear the screen, set the clipboard or rewrite what was shown."""
    assert shown(text) == expected


@given(st.text(min_size=1).filter(lambda text: bool(text.strip())))
def test_no_text_lets_a_control_through(text: str) -> None:
    """Whatever is said, something is shown, and it is text."""
    assert shown(text)
    assert commands_in(shown(text)) == []


def test_sources_stand_below_the_answer() -> None:
    """Each on a line, with its heading and where it is."""
    text = shown(
        "Within 30 days [1].",
        Source(1, "Returns", "Opened goods", "https://shop.example/returns"),
        Source(2, "Hours", document="hours.md"),
        Source(3, "Bare"),
    )
    assert text.splitlines() == [
        "Within 30 days [1].",
        "",
        "Sources:",
        "  [1] Returns › Opened goods (https://shop.example/returns)",
        "  [2] Hours (hours.md)",
        "  [3] Bare",
    ]


def test_controls_in_a_title_lose_their_force_too() -> None:
    """Titles come from documents."""
    assert commands_in(shown("yes", Source(1, "\x1b[2JTitle", "\x07Heading", document="a\x1b.md"))) == []

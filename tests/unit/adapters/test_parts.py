"""How a text and its footer become messages."""

from __future__ import annotations

import pytest

from adapters.base import Button, RenderedPart, Reply
from adapters.parts import PartRules, in_parts

RULES = PartRules(80)
BUTTONS = (Button("up", "Yes"),)


def texts(body: str, *footer: str, rules: PartRules = RULES) -> list[str]:
    return [part.text for part in in_parts(Reply("x"), body, footer, rules)]


def test_short_text_is_one_part_without_a_number() -> None:
    """The footer stands below it, after a blank line."""
    assert texts("text", "[1] a", "[2] b") == ["text\n\n[1] a\n[2] b"]


def test_several_parts_end_with_their_number() -> None:
    """On a line of its own, within the limit."""
    assert texts("a" * 60 + "\n\n" + "b" * 60) == ["a" * 60 + "\n(1/2)", "b" * 60 + "\n(2/2)"]


@pytest.mark.parametrize("words", [120, 600, 1200, 12_000])
def test_numbers_of_any_length_have_room(words: int) -> None:
    """With 9 parts as with 999."""
    found = texts("word " * words)
    assert [f"({number}/{len(found)})" for number in range(1, len(found) + 1)] == [t.split("\n")[-1] for t in found]
    assert max(map(len, found)) <= 80


def test_footer_without_room_takes_the_last_paragraph_along() -> None:
    """So that it does not stand alone."""
    assert texts("a" * 30 + "\n\n" + "b" * 20, "[1] " + "c" * 30) == [
        "a" * 30 + "\n(1/2)",
        "b" * 20 + "\n\n[1] " + "c" * 30 + "\n(2/2)",
    ]


def test_code_is_not_torn_for_the_footer() -> None:
    """Rather the footer stands alone."""
    code = "```\n" + "a" * 20 + "\n\n" + "b" * 20 + "\n```"
    assert texts(code, "[1] " + "c" * 30) == [code + "\n(1/2)", "[1] " + "c" * 30 + "\n(2/2)"]


def test_long_footer_is_parted_between_its_lines() -> None:
    """A source is never cut, also where one is two lines."""
    sources = [f"[{number}] title\nhttps://x.example/{number}" for number in range(1, 9)]
    found = texts("text", *sources)
    assert len(found) > 3
    assert all(sum(source in text for text in found) == 1 for source in sources)


def test_buttons_are_below_the_last_part() -> None:
    """Which is below everything."""
    parts = in_parts(Reply("x", buttons=BUTTONS), "a" * 60 + "\n\n" + "b" * 60, (), RULES)
    assert [part.buttons for part in parts] == [(), BUTTONS]


def test_preview_has_a_mark_and_nothing_else() -> None:
    """No footer, buttons or numbers: they would change with every edit."""
    preview = Reply("x", buttons=BUTTONS, is_preview=True)
    assert in_parts(preview, "a" * 60 + "\n\n" + "b" * 60, ["[1] a"], RULES) == (
        RenderedPart("a" * 60, is_preview=True),
        RenderedPart("b" * 60 + " …", is_preview=True),
    )

"""Blocks of Markdown."""

from __future__ import annotations

import pytest

from ingest.blocks import Block, Heading, blocks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\n\nc", [Block("prose", "a\nb"), Block("prose", "c")]),
        ("- a\n- b\n  - c", [Block("list", "- a\n- b\n  - c", ("- a", "- b\n  - c"))]),
        ("|a|b|\n|-|-|\n|c|d|", [Block("table", "|a|b|\n|-|-|\n|c|d|", ("|a|b|\n|-|-|", "|c|d|"))]),
        ("```py\nx\n```", [Block("code", "```py\nx\n```")]),
        ("    x\n    y", [Block("code", "    x\n    y")]),
        ("> a\nb", [Block("prose", "> a\nb")]),
        ("[x]: http://y\n\n# A", [Block("prose", "[x]: http://y"), Heading(1, "A", "")]),
        ("***\n\n<!-- a\nb -->\n", []),
        ("", []),
        ("\ud800", [Block("prose", "?")]),
    ],
)
def test_blocks_of(text: str, expected: list[Heading | Block]) -> None:
    """Each with its source; rules and comments are left out."""
    assert list(blocks(text)) == expected


def test_a_long_document_is_parsed_as_a_short_one() -> None:
    """In portions, which shows nowhere: not in a block that lies across two of them, nor in a letter."""
    parts = (f"# Ä{n}\n\n字{n}\n\n| a | b |\n| - | - |\n| {n} | c |\n\n```\n# {n}\n```\n\n" for n in range(200))
    text = "".join(parts)
    assert list(blocks(text, portion_bytes=101)) == list(blocks(text))


def test_what_has_more_marks_than_sense_is_prose() -> None:
    """After so many marks nothing is taken for a heading any more; no word of it is lost."""
    text = "".join(f"# A{n}\n\nb{n}\n\n" for n in range(50))
    found = list(blocks(text, max_events=50))
    texts = [block.title if isinstance(block, Heading) else block.text for block in found]
    assert " ".join(texts).replace("#", "").split() == text.replace("#", "").split()
    assert 2 < len(found) < 40


@pytest.mark.parametrize(
    "text",
    [">", "> ", "[", "[a\n", "[a]: b\n", "- ", "- > ", "* * *\n", "- a\n\n", "> - a\n", "<\n", "a\n", "`", "# [", "\\"],
)
def test_what_makes_other_parsers_slow_comes_through(text: str) -> None:
    """Nothing recurses, and no letter of it is lost."""
    whole = text * (100_000 // len(text)) + "\n\nend"
    found = [block.title if isinstance(block, Heading) else block.text for block in blocks(whole)]
    assert "".join("".join(found).split())[-3:] == "end"
    letters = [sum(map(str.isalnum, part)) for part in ("".join(found), whole)]
    assert letters[0] == letters[1] or text == "# ["

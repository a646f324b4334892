"""Markdown is cut at its headings, and only there."""

from __future__ import annotations

import pytest

from ingest.blocks import Block
from ingest.sections import Section, sections


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Just text.", [((), "", "Just text.")]),
        ("# A\n\ntext", [(("A",), "a", "text")]),
        ("before\n\n# A\ntext", [((), "", "before"), (("A",), "a", "text")]),
        ("A\n===\ntext\n\nB\n---\nmore", [(("A",), "a", "text"), (("A", "B"), "b", "more")]),
        (
            "# A\n## B\nb\n### C\nc\n## D\nd\n# E\ne",
            [
                (("A", "B"), "b", "b"),
                (("A", "B", "C"), "c", "c"),
                (("A", "D"), "d", "d"),
                (("E",), "e", "e"),
            ],
        ),
        ("### C\nc\n# A\na", [(("C",), "c", "c"), (("A",), "a", "a")]),
        ("# A\n```\n# comment\n```\ntext", [(("A",), "a", "```\n# comment\n```\n\ntext")]),
        ("# A\n~~~~\n~~~\n# comment\n~~~~\ntext", [(("A",), "a", "~~~~\n~~~\n# comment\n~~~~\n\ntext")]),
        ("# A\n\n    # code\n\ntext", [(("A",), "a", "    # code\n\ntext")]),
        ("# A\n> # quoted\n\n- # listed", [(("A",), "a", "> # quoted\n\n- # listed")]),
        ("#hashtag\n\n####### seven", [((), "", "#hashtag\n\n####### seven")]),
        ("# `x` *and* [y](http://z) &amp; more ##\ntext", [(("x and y & more",), "x-and-y--more", "text")]),
        ("# A {#own}\ntext", [(("A",), "own", "text")]),
        ("# A { #own }\ntext", [(("A",), "own", "text")]),
        ("# A\na\n# A\nb\n# A\nc", [(("A",), "a", "a"), (("A",), "a-1", "b"), (("A",), "a-2", "c")]),
        ("# Öffnungszeiten & Preise!\nx", [(("Öffnungszeiten & Preise!",), "öffnungszeiten--preise", "x")]),
        ("#\ntext", [((), "", "text")]),
        ("# A\n\n# B\n", [((), "", "# A\n\n# B")]),
        ("# A\n\n[x]: http://y\n", [(("A",), "a", "[x]: http://y")]),
        ("# A\na\n\n<!-- note -->\n\n---\n\nb", [(("A",), "a", "a\n\nb")]),
    ],
)
def test_sections_of(text: str, expected: list[tuple[tuple[str, ...], str, str]]) -> None:
    """ATX and setext headings of the document itself; the path, the anchor and the source below."""
    found = sections(text, slug_anchors=True)
    assert [(s.heading_path, s.anchor, "\n\n".join(block.text for block in s.blocks)) for s in found] == expected


def test_anchors_are_not_invented_where_the_page_makes_none() -> None:
    """A web page has the ids that it has."""
    found = sections("# A {#own}\na\n# B\nb", slug_anchors=False)
    assert list(found) == [
        Section(("A",), "own", (Block("prose", "a"),)),
        Section(("B",), "", (Block("prose", "b"),)),
    ]

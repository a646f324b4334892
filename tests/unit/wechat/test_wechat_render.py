"""A reply as WeChat's plain text."""

from __future__ import annotations

import pytest

from adapters.base import Reply, Source
from adapters.wechat.render import MAX_CHARS, render, utf8_bytes

Z = "\u200b"


def rendered(text: str, *sources: Source, link: str = "") -> str:
    [part] = render(Reply(text, sources, ("shop.example",), link=link))
    return part.text


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**bold** *it* ~~gone~~ `code`", "bold it gone code"),
        ("# Title\n\ntext\n\n### Small", "【Title】\n\ntext\n\nSmall"),
        ("- one\n  - deep\n- two", "• one\n    • deep\n• two"),
        ("1. one\n2. two", "1. one\n2. two"),
        ("> quoted\n> twice", "│ quoted\n│ twice"),
        ("```python\nx = 1\n\ny = `2`\n```", "x = 1\n\ny = `2`"),
        ("| A | B |\n|---|---|\n| 1 | 2 |", "• A: 1; B: 2"),
        ("[words](https://shop.example/a)", "words (https://shop.example/a)"),
        ("<https://shop.example/a>", "https://shop.example/a"),
        ("请看https://shop.example/a。谢谢", "请看https://shop.example/a 。谢谢"),
        ("[x](https://evil.com/a)", f"x (https{Z}:/{Z}/evil{Z}.com/a)"),
        ("evil.**com**", f"evil{Z}.com"),
        ("<https://shop.example>.evil.com", f"https{Z}:/{Z}/shop{Z}.example{Z}.evil{Z}.com"),
        ("a@evil.com, help@shop.example", f"a{Z}@evil{Z}.com, help@shop.example"),
        ("![photo](https://shop.example/a.png)", "photo"),
        ("@Anna\u2005hello", "@Anna hello"),
        ("fine [微笑] [Smile] [1]", f"fine [{Z}微笑] [{Z}Smile] [1]"),
    ],
)
def test_markdown_becomes_plain_text(markdown: str, expected: str) -> None:
    """No mark is left, and what would be a link elsewhere is none."""
    assert expected == rendered(markdown)


def test_sources_have_their_address_on_a_line_of_its_own() -> None:
    """There nothing can be taken for a part of it."""
    sources = (Source(1, "Returns", "Opened", "https://other.example/r"), Source(2, "at evil.com"))
    assert rendered("Yes.", *sources, link="https://chat.example/1") == (
        f"Yes.\n\nhttps://chat.example/1\n[1] Returns › Opened\nhttps://other.example/r\n[2] at evil{Z}.com"
    )


def test_parts_are_counted_in_bytes() -> None:
    """A Chinese character is three."""
    parts = [part.text for part in render(Reply("退货政策。" * 400))]
    assert len(parts) > 2
    assert max(map(utf8_bytes, parts)) <= MAX_CHARS
    assert "".join(text.rpartition("\n")[0] for text in parts) == "退货政策。" * 400
    assert [f"({n}/{len(parts)})" for n in range(1, len(parts) + 1)] == [text.rpartition("\n")[2] for text in parts]

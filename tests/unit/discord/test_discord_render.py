"""What Discord is given for the model's Markdown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Reply, Source
from adapters.discord.render import MAX_CHARS, render_reply

# What Discord would take for a mention: https://docs.discord.com/developers/reference#message-formatting
LIVE_MENTION = re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>|<id:\w+>|</[^<>\n]+:\d+>", re.IGNORECASE)
Z = "\u200b"


def rendered(text: str, *sources: Source) -> str:
    [part] = render_reply(Reply(text, sources))
    return part.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**bold** *it* ~~gone~~ `code`", "**bold** *it* ~~gone~~ `code`"),
        ("# One\n### Three\n#### Four\n  ###### Six", "# One\n### Three\n### Four\n### Six"),
        ("```\n#### code\n[a](b)\n```", "```\n#### code\n[a](b)\n```"),
        ("see `[a](b)` there", "see `[a](b)` there"),
        ("[the page](https://x.org/a_(b)?c=d)", "[the page](https://x.org/a_(b)?c=d)"),
        ('[the page](<https://x.org> "A title")', "[the page](https://x.org)"),
        ("[click](javascript:alert(1)) now", "click now"),
        ("[mail](mailto:a@b.c) or [file](/etc/passwd) or [app](discord://-/x)", "mail or file or app"),
        ("[](javascript:x)", "javascript:x"),
        ("[](https://x.org)", "<https://x.org>"),
        ("![a lamp](https://x.org/lamp.png)", "[a lamp](https://x.org/lamp.png)"),
        ("![](lamp.png)", "lamp.png"),
        ("[]()", "[]()"),
        ("as [1] and [2] say", "as [1] and [2] say"),
        ("@everyone @here", f"@{Z}everyone @{Z}here"),
        ("<@12> <@!12> <@&12> <#12>", f"<@{Z}12> <@!{Z}12> <@&{Z}12> <#{Z}12>"),
        ("</refund:12> <id:customize>", f"</{Z}refund:12> <id:{Z}customize>"),
        ("<@[1](x)2>", f"<@{Z}12>"),
        ("`@everyone`", f"`@{Z}everyone`"),
        ("mail a@here.org", f"mail a@{Z}here.org"),
        ("```python\nleft open", "```python\nleft open\n```"),
    ],
)
def test_markdown_becomes_what_discord_shows(text: str, expected: str) -> None:
    """Discord's Markdown stays; what it has not, and what it has of its own, is replaced."""
    assert expected == rendered(text)


def test_table_becomes_aligned_code() -> None:
    """Columns line up in a fixed-width font, Chinese included; cells keep an escaped bar and lose backticks."""
    table = "Prices:\n| Item | Price |\n|:--|--:|\n| `lamp` | 10 |\n| 灯 | a\\|b |\n| only |\nDone."
    expected = "Prices:\n```\nItem  Price\n----  -----\nlamp  10\n灯    a|b\nonly\n```\nDone."  # 灯 is two columns wide
    assert expected == rendered(table)


@pytest.mark.parametrize(
    "text", ["a | b\nc | d", "| a |\n| b |", "```\n| a | b |\n|---|---|\n```", "a | b\n- - -", "-----\n| --- |"]
)
def test_what_is_no_table_is_left_alone(text: str) -> None:
    """Bars alone make no table, nor does a table that already is code."""
    assert text == rendered(text)


def test_sources_come_in_small_print_with_link() -> None:
    """One line a source; the link can't unfurl or ping, and shows where it leads."""
    sources = (Source(1, "Returns", "Opened goods", "https://x.org/r"), Source(2, "Hours"))
    expected = "30 days [1].\n\n-# [1] Returns › Opened goods <https://x.org/r>\n-# [2] Hours"
    assert expected == rendered("30 days [1].", *sources)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (Source(1, "a*b_c`d|e\n[f](g)"), r"-# [1] a\*b\_c\`d\|e \[f\](g)"),
        (Source(1, "<@12> @everyone"), rf"-# [1] \<@{Z}12\> @{Z}everyone"),
        (Source(1, "T", url="javascript:alert(1)"), "-# [1] T"),
        (Source(1, "T", url="https://x.org/a b"), "-# [1] T"),
        (Source(1, "T", url="https://x.org/><@12>"), "-# [1] T"),
        (Source(1, "T", url="https://x.org/" + "a" * 2000), "-# [1] T"),
        (Source(1, "t" * 400), "-# [1] " + "t" * 149 + "…"),
        (Source(3, " "), "-# [3]"),
    ],
)
def test_hostile_source_is_only_text(source: Source, expected: str) -> None:
    """Titles and addresses come from documents, which anybody may have written."""
    assert expected == rendered("Yes.", source).removeprefix("Yes.\n\n")


def test_open_code_block_does_not_swallow_the_sources() -> None:
    """A block that the model did not end is ended before the sources."""
    assert rendered("```\ncode", Source(1, "T")) == "```\ncode\n```\n\n-# [1] T"


@given(st.text(alphabet="@<>!&#[]()|-`:/\n 1aeihnorvy\u200b", max_size=120).filter(lambda text: bool(text.strip())))
def test_no_text_makes_a_live_mention_or_no_message(text: str) -> None:
    """However the pieces are put together, no mention comes out, and always something does."""
    parts = render_reply(Reply(text + "<@1[](2)> @[](everyone)"))
    assert parts
    for part in parts:
        assert LIVE_MENTION.findall(part.text) == []
        assert 0 < len(part.text.strip()) <= MAX_CHARS


@pytest.mark.parametrize(
    "piece", ["[" * 20_000, "|" * 20_000, "-|" * 10_000, "<@" * 10_000, "(" * 20_000, "`" * 20_001, " " * 20_000]
)
def test_long_hostile_text_is_rendered_in_time(piece: str) -> None:
    """No pattern runs away on text that almost matches; the suite's time limit would end it."""
    text = f"a|b\n{piece}\n|-|\n[a](https://{piece}"
    assert render_reply(Reply(text))

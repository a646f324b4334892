"""What Discord is given for the model's Markdown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Reply, Source
from adapters.discord.render import MAX_CHARS, render_reply

# What Discord would take for a mention: https://docs.discord.com/developers/reference#message-formatting
LIVE_MENTION = re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>|<id:\w+>|</[-\w]+:\d+>", re.IGNORECASE)
Z = "\u200b"


def rendered(text: str, *sources: Source) -> str:
    [part] = render_reply(Reply(text, sources, ("x.org",)))
    return part.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**bold** *it* ~~gone~~ `code`", "**bold** *it* ~~gone~~ `code`"),
        ("***both***", "***both***"),
        ("**over\ntwo lines**", "**over**\n**two lines**"),
        ("# One\n### Three\n#### Four\n  ###### Six", "# One\n### Three\n### Four\n### Six"),
        ("- one\n- two\n  - deep\n\n    more", "- one\n- two\n  - deep\n    more"),
        ("1. one\n   - deep\n2. two", "1. one\n   - deep\n2. two"),
        ("> a\n> b", "> a\n> b"),
        ("```\n#### code\n[a](b)\n```", "```\n#### code\n[a](b)\n```"),
        ("```python\nleft open", "```python\nleft open\n```"),
        ("see `[a](b)` there", "see `[a](b)` there"),
        ("``a`b`` and ``` c``d ```", "`` a`b `` and `c\u2035\u2035d`"),
        ("[the page](https://x.org/a_(b)?c=d)", "[the page](<https://x.org/a_(b)?c=d>)"),
        ('[the page](<https://x.org> "A title")', "[the page](<https://x.org>)"),
        ("at https://x.org/a, and x.org", "at <https://x.org/a>, and x.org"),
        ("[click](javascript:alert(1)) now", "click (`javascript:alert(1)`) now"),
        ("[mail](mailto:a@b.c) or [file](/etc/passwd)", "mail (a@b.c) or file (`/etc/passwd`)"),
        ("discord://-/x [a](https://evil.com)", "`discord://-/x` a (`https://evil.com`)"),
        ("[https://bank.com](https://x.org/)", "`https://bank.com` (<https://x.org/>)"),
        ("\\https://evil.com", "\\\\`https://evil.com`"),
        ("[](https://x.org)", "<https://x.org>"),
        ("![a lamp](https://x.org/lamp.png)", "a lamp"),
        ("![](lamp.png)", "lamp.png"),
        ("as [1] and [2] say", "as [1] and [2] say"),
        ("\\[a](https://x.org)", "[a\\](<https://x.org>)"),
        ("snake_case 2 * 3 a | b", "snake_case 2 * 3 a | b"),
        (r"\*a\* \_b\_ ||c|| \~~d\~~", r"\*a\* \_b\_ \|\|c\|\| \~\~d\~\~"),
        ("-# small\n\\> q\n1\\. x", "\\-# small\n\\> q\n1\\. x"),
        ("a&#10;-# small", "a\n\\-# small"),
        ("@everyone @here", f"@{Z}everyone @{Z}here"),
        ("<@12> <@!12> <@&12> <#12>", rf"\<@{Z}12> \<@!{Z}12> \<@&{Z}12> \<#{Z}12>"),
        ("</refund:12> <:evil:1> <t:0:R>", rf"\</{Z}refund:12> \<:evil:1> \<t:0:R>"),
        ("@[](x)everyone @**every**one", "@`x`everyone @**every**one"),
        ("`@everyone`", f"`@{Z}everyone`"),
        ("mail a@here.org", f"mail a@{Z}here.org"),
    ],
)
def test_markdown_becomes_what_discord_shows(text: str, expected: str) -> None:
    """Discord's Markdown stays; what it has not, and what it has of its own, is replaced."""
    assert expected == rendered(text)


def test_table_becomes_aligned_code() -> None:
    """Columns line up in a fixed-width font, Chinese included; what follows without a bar is no row."""
    table = "Prices:\n| Item | Price |\n|:--|--:|\n| `lamp` | 10 |\n| 灯 | a\\|b |\n| only |\nDone."
    expected = "Prices:\n```\nItem  Price\n----  -----\nlamp     10\n灯      a|b\nonly\n```\nDone."
    assert expected == rendered(table)  # 灯 is two columns wide


@pytest.mark.parametrize("text", ["a | b\nc | d", "| a |\n| b |", "```\n| a | b |\n|---|---|\n```"])
def test_what_is_no_table_is_left_alone(text: str) -> None:
    """Bars alone make no table, nor does a table that already is code."""
    assert text == rendered(text)


def test_sources_come_in_small_print_with_link() -> None:
    """One line a source; the link can't unfurl or ping."""
    sources = (Source(1, "Returns", "Opened goods", "https://other.org/r"), Source(2, "Hours"))
    expected = "30 days [1].\n\n-# [1] [Returns › Opened goods](<https://other.org/r>)\n-# [2] Hours"
    assert expected == rendered("30 days [1].", *sources)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (Source(1, "a*b_c`d||e\n[f](g)"), r"-# [1] a\*b_c\`d\|\|e [f\](g)"),
        (Source(1, "[f](g)", url="https://x.org"), r"-# [1] [\[f\](g)](<https://x.org>)"),
        (Source(1, "<@12> @everyone"), rf"-# [1] \<@{Z}12> @{Z}everyone"),
        (Source(1, "https://evil.com", url="https://x.org"), "-# [1] `https://evil.com` <https://x.org>"),
        (Source(1, "T", url="javascript:alert(1)"), "-# [1] T javascript:alert(1)"),
        (Source(1, "T", url="https://x.org/><@12>"), "-# [1] [T](<https://x.org/%3E%3C%4012%3E>)"),
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


def test_parts_are_numbered_in_small_print() -> None:
    """Where there are several; each has a line to itself."""
    parts = render_reply(Reply("\n\n".join(["word " * 100] * 40)))
    assert len(parts) > 9
    numbers = [f"-# ({number}/{len(parts)})" for number in range(1, len(parts) + 1)]
    assert numbers == [part.text.splitlines()[-1] for part in parts]


def test_escapes_links_and_code_are_never_cut() -> None:
    """Half of one would be another markup."""
    text = r"\*a\* `code of words` [a page](https://x.org/a) https://evil.com/b " * 200
    for part in render_reply(Reply(text, link_hosts=("x.org",))):
        assert part.text.count("`") % 2 == 0
        assert part.text.count("](<") == part.text.count("[a page") == part.text.count("/a>)")
        assert not re.search(r"\\\s*$", part.text, re.MULTILINE)

"""Markdown as Slack shows it."""

from __future__ import annotations

import re

import pytest

from adapters.base import Button, Reply, Source
from adapters.slack.render import MAX_CHARS, render, utf16_units

Z = "\u200b"
TICK = "\u2035"


def rendered(text: str, *sources: Source, hosts: tuple[str, ...] = ("x.example",)) -> str:
    [part] = render(Reply(text, sources, hosts))
    return part.text


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("plain", "plain"),
        ("**bold** and __bold__", "*bold* and *bold*"),
        ("*it* and _it_", "_it_ and _it_"),
        ("~~gone~~", "~gone~"),
        ("***both***", "_*both*_"),
        ("**over\ntwo lines**", "*over*\n*two lines*"),
        ("**粗体**文字", f"*粗体*{Z}文字"),
        ("# Title\n\ntext", "*Title*\n\ntext"),
        ("# Title\ntext", "*Title*\ntext"),
        ("## **Title**", "*Title*"),
        ("[page](https://x.example/a?b=1&c=2)", "<https://x.example/a?b=1&amp;c=2|page>"),
        ("<https://x.example>", "<https://x.example>"),
        ("see x.example/a.", "see <https://x.example/a|x.example/a>."),
        ("write to help@x.example", "write to help@x.example"),
        ("[mail](mailto:help@x.example)", "mail (help@x.example)"),
        ("![photo](https://x.example/a.png)", "photo"),
        ("[file](ftp://x.example/a)", "file (`ftp://x.example/a`)"),
        ("[bad](javascript:alert(1))", "bad (`javascript:alert(1)`)"),
        ("[other](https://evil.com/a)", "other (`https://evil.com/a`)"),
        ("https://evil.com/a", "`https://evil.com/a`"),
        ("see README.md and index.html", "see `README.md` and index.html"),
        ("30 days.Please wait", f"30 days.{Z}Please wait"),
        ("[https://bank.com](https://x.example/)", "`https://bank.com` (<https://x.example/>)"),
        ("访问https://evil.com吧", "访问" + Z + "`https://evil.com吧`"),
        ("- one\n- two\n  - deep\n\n    more", "• one\n• two\n    • deep\n        more"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("Steps:\n- one\n\nEnd", "Steps:\n• one\n\nEnd"),
        ("`code <b>`", "`code &lt;b&gt;`"),
        ("``a`b``", f"`a{TICK}b`"),
        ("`a``b`", f"`a{TICK}{TICK}b`"),
        ("a`b", f"a{TICK}b"),
        ("```python\nx < 1\n```", "```\nx &lt; 1\n```"),
        ("```not a language\nx\n```", "```\nnot a language\nx\n```"),
        ("```\na`````\nb`\n```", f"```\na`{Z}`{Z}`{Z}`{Z}`\nb`{Z}\n```"),
        ("- a\n  ```\n  b\n  ```", "• a\n```\nb\n```"),
        ("1. ```\n   b\n   ```", "1.\n```\nb\n```"),
        ("> quoted\n> twice", "> quoted\n> twice"),
        ("> a\n> ```\n> b\n> ```", "> a\n```\nb\n```"),
        ("a\n\n---\n\nb", "a\n\n———\n\nb"),
        ("line\nbreak  \nhard", "line\nbreak\nhard"),
        ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
        ("<b>html</b>", "&lt;b&gt;html&lt;/b&gt;"),
        ("<!channel> <@U123>", "&lt;!channel&gt; &lt;@U123&gt;"),
        ("<!date^0^{date}|x>", "&lt;!date^0^{date}|x&gt;"),
        ("[<!channel>](https://x.example)", "<https://x.example|&lt;!channel&gt;>"),
        (":tada: :+1::100: at 10:30:45", f":{Z}tada: :{Z}+1::{Z}100: at 10:30:45"),
        ("[1]: Returns policy\n\nSee [1].", "[1]: Returns policy\n\nSee [1]."),
        ("an ``` in a line", f"an {TICK}{TICK}{TICK} in a line"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("a\x1b[31mb &#27;c", "a[31mb \ufffdc"),
    ],
)
def test_markdown_becomes_mrkdwn(markdown: str, expected: str) -> None:
    """One construct a line."""
    assert expected == rendered(markdown)


def test_table_is_aligned_code() -> None:
    """Columns line up, numbers to the right where the table says so; cells that the head has no column for are kept."""
    table = "| Item | Price |\n|:--|--:|\n| `lamp` | 10 |\n| 灯 | 5 | [more](https://x.example) |"
    expected = (
        "```\nItem  Price\n----  -----  -------------------------\nlamp     10\n"
        "灯        5  [more](https://x.example)\n```"
    )
    assert expected == rendered(table)


def test_wide_table_is_a_list_of_rows() -> None:
    """A table that would wrap names the column of each cell instead."""
    table = f"| Item | Text |\n|---|---|\n| lamp | {'word ' * 20}|\n| https://evil.com | |"
    expected = f"• Item: lamp; Text: {('word ' * 20).strip()}\n• Item: `https://evil.com`; Text: –"
    assert expected == rendered(table)


def test_nesting_beyond_the_parser_loses_nothing() -> None:
    """What is too deep for the parser comes as plain text, in which links are no more allowed than elsewhere."""
    shown = rendered("> " * 200 + "word https://evil.com")
    assert "word `https://evil.com`" in shown


def test_text_that_the_parser_would_take_seconds_for_is_plain() -> None:
    """Thousands of brackets, none of which closes; what is not parsed is no less harmless."""
    shown = "".join(part.text for part in render(Reply("[" * 20_000 + " <!here> https://evil.com")))
    assert shown.count("[") == 20_000
    assert "&lt;!here&gt; `https://evil.com`" in shown


@pytest.mark.parametrize("piece", [":a", "a", ":", "`", "*a", "_", "<", "&amp;", "evil.com ", "|a|\n|-|\n"])
def test_long_hostile_text_is_rendered_in_time(piece: str) -> None:
    """No pattern runs away on text that almost matches; the suite's time limit would end it."""
    assert render(Reply(":" + piece * (20_000 // len(piece))))


def test_bare_markup_is_shown_as_written() -> None:
    """A reply that renders to nothing still says something."""
    assert rendered("#") == "#"
    assert rendered("\x07") == "\ufffd"


def test_source_footer_is_compact() -> None:
    """One line a source: number, title, heading, link."""
    sources = (
        Source(1, "Returns <&>", "Opened goods", "https://shop.example/r?a=1&b=2"),
        Source(2, "Hours\n<!channel>"),
        Source(3, "Local", url="file:///etc/faq.md"),
    )
    assert rendered("Thirty days [1].", *sources) == (
        "Thirty days [1].\n\n"
        "[1] <https://shop.example/r?a=1&amp;b=2|Returns &lt;&amp;&gt; › Opened goods>\n"
        "[2] Hours &lt;!channel&gt;\n"
        "[3] Local `file:///etc/faq.md`"
    )


def test_link_of_the_reply_stands_before_the_sources() -> None:
    """On a line of its own."""
    [part] = render(Reply("Called.", (Source(1, "T"),), link="https://w.slack.example/archives/C1/p1?a=1&b=2"))
    link = "https://w.slack.example/archives/C1/p1?a=1&amp;b=2"
    assert part.text == f"Called.\n\n<{link}>\n[1] T"


def test_links_and_entities_are_never_cut() -> None:
    """Parts end between links, not in them."""
    text = " ".join(
        f"[a link of many words, and of number {number}](https://x.example/{number}?a=1&b=2) & more"
        for number in range(400)
    )
    for part in render(Reply(text, link_hosts=("x.example",))):
        assert part.text.count("<") == part.text.count(">") > 0
        assert part.text.count("&") == part.text.count("&amp;")


def test_code_and_addresses_are_never_cut() -> None:
    """However long they are: the rest of an address would be a link again."""
    text = f"`{'code ' * 1000}` https://evil.com/{'a' * 5000} " + "say `cmd --flag` and " * 500
    parts = render(Reply(text))
    assert len(parts) > 3
    for part in parts:
        assert part.text.count("`") % 2 == 0
        assert "http" not in re.sub("`[^`\n]+`", "", part.text)


def test_quote_goes_on_as_a_quote() -> None:
    """A quoted line that is cut is quoted in the next part, too."""
    parts = render(Reply("> " + "word " * 2000))
    assert len(parts) == 3
    assert all(part.text.startswith("> word") for part in parts)


def test_emoji_count_as_slack_may_count_them() -> None:
    """Characters outside the basic plane count twice."""
    parts = [part.text for part in render(Reply("👍" * 5000))]
    assert max(map(utf16_units, parts)) <= MAX_CHARS
    assert "".join(part.partition("\n")[0] for part in parts) == "👍" * 5000


def test_several_parts_are_numbered_and_the_last_has_the_buttons() -> None:
    """The number is a line of its own, in italics."""
    button = Button("up", "Helpful")
    parts = render(Reply("\n\n".join(["word " * 200] * 9), buttons=(button,)))
    assert [part.text.splitlines()[-1] for part in parts] == ["_(1/3)_", "_(2/3)_", "_(3/3)_"]
    assert [(), (), (button,)] == [part.buttons for part in parts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thirty days", "Thirty days …"),
        ("It is **very", "It is *very* …"),
        ("See [the page](https://x.exam", "See the page …"),
        ("```\nx = 1", "```\nx = 1\n```\n…"),
    ],
)
def test_preview_shows_that_more_is_coming(text: str, expected: str) -> None:
    """What has no end yet is shown as if it had."""
    [part] = render(Reply(text, (Source(1, "T"),), is_preview=True))
    assert part.text == expected
    assert part.is_preview

"""Markdown as Slack shows it."""

from __future__ import annotations

import pytest

from adapters.base import Reply, Source
from adapters.slack.mrkdwn import link, mrkdwn
from adapters.slack.render import render, utf16_units


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("plain", "plain"),
        ("**bold** and __bold__", "*bold* and *bold*"),
        ("*it* and _it_", "_it_ and _it_"),
        ("~~gone~~", "~gone~"),
        ("***both***", "_*both*_"),
        ("# Title\n\ntext", "*Title*\n\ntext"),
        ("## **Title**", "*Title*"),
        ("[page](https://x.example/a?b=1&c=2)", "<https://x.example/a?b=1&amp;c=2|page>"),
        ("<https://x.example>", "<https://x.example|https://x.example>"),
        ("![photo](https://x.example/a.png)", "<https://x.example/a.png|photo>"),
        ("[file](ftp://x.example/a)", "file (ftp://x.example/a)"),
        ("[bad](javascript:alert(1))", "[bad](javascript:alert(1))"),
        ("- one\n- two\n  - deep", "• one\n• two\n    • deep"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("`code <b>`", "`code &lt;b&gt;`"),
        ("```python\nx < 1\n```", "```\nx &lt; 1\n```"),
        ("> quoted\n> twice", "> quoted\n> twice"),
        ("a\n\n---\n\nb", "a\n\n———\n\nb"),
        ("line\nbreak", "line\nbreak"),
        ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
        ("<b>html</b>", "&lt;b&gt;html&lt;/b&gt;"),
        ("<!channel> <@U123>", "&lt;!channel&gt; &lt;@U123&gt;"),
        ("[<!channel>](https://x.example)", "<https://x.example|&lt;!channel&gt;>"),
        ("[1]: Returns policy\n\nSee [1].", "[1]: Returns policy\n\nSee [1]."),
        ("an ``` in a line", "an `\u200b`\u200b` in a line"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
    ],
)
def test_markdown_becomes_mrkdwn(markdown: str, expected: str) -> None:
    """One construct a line."""
    assert expected == mrkdwn(markdown)


def test_link_address_cannot_end_early() -> None:
    """A source's address with markup in it stays one address."""
    assert link("https://x.example/a|b>c", "x") == "<https://x.example/a%7Cb%3Ec|x>"


def test_nesting_beyond_the_parser_loses_nothing() -> None:
    """What is too deep for the parser comes as plain text."""
    assert "word" in mrkdwn("> " * 200 + "word")


def test_bare_markup_is_shown_as_written() -> None:
    """A reply that renders to nothing still says something."""
    assert [part.text for part in render(Reply("#"))] == ["#"]


def test_source_footer_is_compact() -> None:
    """One line a source: number, title, heading, link."""
    sources = (
        Source(1, "Returns <&>", "Opened goods", "https://shop.example/r?a=1&b=2"),
        Source(2, "Hours\n<!channel>"),
        Source(3, "Local", url="file:///etc/faq.md"),
    )
    [part] = render(Reply("Thirty days [1].", sources))
    assert part.text == (
        "Thirty days [1].\n\n"
        "[1] <https://shop.example/r?a=1&amp;b=2|Returns &lt;&amp;&gt; › Opened goods>\n"
        "[2] Hours &lt;!channel&gt;\n"
        "[3] Local (file:///etc/faq.md)"
    )


def test_links_and_entities_are_never_cut() -> None:
    """Parts end between links, not in them."""
    text = " ".join(
        f"[a link of many words, and of number {number}](https://x.example/{number}?a=1&b=2) & more"
        for number in range(400)
    )
    for part in render(Reply(text)):
        assert part.text.count("<") == part.text.count(">")
        assert part.text.count("&") == part.text.count("&amp;")


def test_emoji_count_as_slack_may_count_them() -> None:
    """Characters outside the basic plane count twice."""
    parts = [part.text for part in render(Reply("👍" * 5000))]
    assert max(map(utf16_units, parts)) <= 3900
    assert "".join(parts) == "👍" * 5000

"""What stands in for an answer."""

from __future__ import annotations

from assistant.answering.grounding import MAX_QUOTE_CHARS, quoted


def test_quote_is_short_and_opens_no_fence() -> None:
    """The passage stands as a quote on one line."""
    shown = quoted("```\ncode\n``` " + "word " * 500)
    assert shown.startswith("> code word")
    assert len(shown) <= MAX_QUOTE_CHARS + 2
    assert "`" not in shown

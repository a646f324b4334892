"""What a small model invents does not reach the customer."""

from __future__ import annotations

import pytest

from assistant.grounding import MAX_QUOTE_CHARS, grounded_text, quoted

PASSAGES = ["`ingest add PATH` takes in files and whole folders. Run it again after a change.", "退货需要三十天。"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It takes in files and whole folders [1].", "It takes in files and whole folders [1]."),
        ("You can add documents by installing Adobe Creative Cloud.", ""),
        ("Run it again after a change. Then restart your computer.", "Run it again after a change."),
        ("1. Takes whole folders.\n2. Takes whole folders.\n3.", "Takes whole folders."),
        ("How do I add whole folders?", ""),
        ("Takes files and whole folders and …", ""),
        ("退货需要三十天。", "退货需要三十天。"),
        ("", ""),
        ("It is so.", ""),
    ],
)
def test_only_what_the_passages_bear_out_is_kept(text: str, expected: str) -> None:
    """Statements whose words stand in the passages, each once; no echoed questions, nothing cut off."""
    assert grounded_text(text, PASSAGES, 0.75) == expected


def test_quote_is_short_and_opens_no_fence() -> None:
    """The passage stands as a quote on one line."""
    shown = quoted("```\ncode\n``` " + "word " * 500)
    assert shown.startswith("> code word")
    assert len(shown) <= MAX_QUOTE_CHARS + 2
    assert "`" not in shown

"""Which sentences a question can be made for."""

from __future__ import annotations

import pytest

from assistant.evaluation.telling_sentences import telling_sentences

RETURNS = "You can return any bicycle within thirty days."
RECEIPT = "For a refund bring the receipt and the card that you paid the bicycle with."


def test_sentence_that_says_most_comes_first() -> None:
    """Each once, though a flattened page says it twice."""
    assert telling_sentences(f"# Returns\n\n{RETURNS} {RECEIPT} {RETURNS}") == [RECEIPT, RETURNS]


@pytest.mark.parametrize(
    "text",
    [
        "Opening hours of the workshop and the shop",
        "Open from nine.",
        "It must be returned to the shop within thirty days.",
        "How long can I return a bicycle that I bought here?",
        "and bring the receipt of the bicycle with you.",
        "12.4 13.5 14.6 15.7 16.8 17.9 bicycles 18.1 19.2 20.3 21.4.",
        "Write the report in <report> tags and the bicycle in {{bicycle}} braces.",
        "```\nreturn the bicycle to the shop that sold it within thirty days.\n```",
        f"{'bicycle ' * 61}.",
    ],
)
def test_what_nobody_can_be_asked_for_is_left_out(text: str) -> None:
    """Headings, labels, what needs its context, questions, fragments, figures, markup, code, and tables made flat."""
    assert telling_sentences(text) == []


def test_chinese_sentences_are_found() -> None:
    """There are no blanks to count words by."""
    assert telling_sentences("退货政策\n您可以在三十天内退回任何自行车。请携带您的购车收据。") == [
        "您可以在三十天内退回任何自行车。",
        "请携带您的购车收据。",
    ]

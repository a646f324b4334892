"""Citations point to what bears the sentence out."""

from __future__ import annotations

import pytest

from assistant.checks.marks import cited
from assistant.checks.sentences import joined, sentences
from assistant.checks.support import Evidence, support

PASSAGES = (
    "Goods can be returned within 30 days of delivery, if they are unused.",
    "Invoices are paid by bank transfer within 14 days.",
    "退货需要三十天，请保留收据。",
)


def put_right(text: str, *, adds: bool = True) -> str:
    evidence = Evidence.of(PASSAGES, ["How do I return my boots?"])
    return joined(cited([(sentence, support(sentence, evidence)) for sentence in sentences(text)], adds=adds))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Unused goods can be returned [1].", "Unused goods can be returned [1]."),
        ("Unused goods can be returned [2].", "Unused goods can be returned [1]."),
        ("Unused goods can be returned [1][2].", "Unused goods can be returned [1]."),
        ("Unused goods can be returned.", "Unused goods can be returned [1]."),
        ("Invoices are paid within 14 days [1].", "Invoices are paid within 14 days [2]."),
        ("Penguins live in Antarctica [1].", "Penguins live in Antarctica."),
        ("Penguins live in Antarctica.", "Penguins live in Antarctica."),
        (
            "Goods can be returned. They must be unused goods [1].",
            "Goods can be returned. They must be unused goods [1].",
        ),
        ("退货需要三十天。", "退货需要三十天 [3]。"),
        ("Hello!", "Hello!"),
        ("```\nreturned goods\n```", "```\nreturned goods\n```"),
    ],
)
def test_citations_are_put_right(text: str, expected: str) -> None:
    """Kept, moved, removed or added."""
    assert expected == put_right(text)


def test_nothing_is_added_while_it_is_written() -> None:
    """It would move with the next sentence."""
    assert put_right("Unused goods can be returned.", adds=False) == "Unused goods can be returned."

"""What counts as found."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from assistant.evaluation.hits import gains, wanted_passages
from assistant.evaluation.questions import Gold


@dataclass(frozen=True)
class Passage:
    uri: str
    text: str


@pytest.mark.parametrize(
    ("gold", "found", "expected"),
    [
        (Gold("a.md", "anything"), Passage("/x/docs/a.md", "other words"), True),
        (Gold("a.md", ""), Passage("/x/docs/b.md", ""), False),
        (Gold("a.md", ""), Passage("/x/docs/ba.md", ""), False),
        (Gold("docs/a.md", ""), Passage("https://example.com/help/a.md", ""), True),
        (Gold("faq.csv", "Card  arrival."), Passage("/x/faq.csv", "When?\nCard\narrival."), True),
        (Gold("faq.csv", "Card arrival."), Passage("/x/faq.csv", "When?\nNever."), False),
        (Gold("faq.CSV", "Card arrival."), Passage("/x/faq.CSV", "When?\nNever."), False),
    ],
)
def test_passage_counts_by_its_document_and_in_tables_by_its_text(gold: Gold, found: Passage, expected: bool) -> None:
    """White space apart."""
    [wanted] = wanted_passages([gold])
    assert expected == wanted.is_met(found)


def test_each_wanted_passage_gains_once() -> None:
    """A second passage of the same document adds nothing, and one row of a table may meet two texts."""
    gold = [Gold("a.md", "one"), Gold("a.md", "two"), Gold("t.csv", "x"), Gold("t.csv", "y")]
    found = [Passage("a.md", ""), Passage("a.md", ""), Passage("b.md", ""), Passage("t.csv", "x and y")]
    assert gains(wanted_passages(gold), found) == [1, 0, 0, 2]

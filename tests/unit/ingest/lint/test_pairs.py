"""Duplicates and contradictions among near pairs, and how they are gathered."""

from __future__ import annotations

from itertools import count

import pytest

from ingest.lint.collisions import Collisions
from ingest.lint.contradictions import contradiction
from ingest.lint.duplicates import is_duplicate
from ingest.lint.passage import LintedChunk, NearPair
from ingest.lint.wording import shared_shingles, words

_ids = count(1)
LONG = "The parcel is sent on the day of the order and reaches you by post within 3 days at most."


def pair(question: str, answer: str, audience: str = "everyone") -> LintedChunk:
    key_words = frozenset(words(question)) - {"do", "i", "the", "a", "can", "how", "when", "where", "not"}
    return LintedChunk(next(_ids), "faq.csv", "faq", (), "", f"{question}\n{answer}", True, (audience,), key_words)


def passage(uri: str, heading: str, text: str, title: str = "") -> LintedChunk:
    found, subject = frozenset(words(heading)), frozenset(words(f"{title} {heading}"))
    return LintedChunk(next(_ids), uri, title, (heading,), "", text, False, ("everyone",), found, subject)


@pytest.mark.parametrize(
    ("one", "other", "distance", "apart", "expected"),
    [
        (("How do I pay?", "In 5 days."), ("How do I pay?", "In 6 days."), 0.0, 0.1, "5 days against 6 days"),
        (("When do I pay?", "In 5 days."), ("Where do I pay?", "In 6 days."), 0.05, 0.1, ""),
        (("Can I pay by card?", "Yes."), ("Can I pay by cheque?", "No."), 0.05, 0.1, ""),
        (("Can I pay?", "Yes."), ("Can I not pay?", "No."), 0.05, 0.1, ""),
        (("How do I pay?", "In 5 days."), ("How do I pay?", "In 6 days."), 0.2, 0.1, ""),
        (("How do I pay?", "By card."), ("How do I pay?", "by card"), 0.0, 0.9, ""),
        (("How do I pay?", "By card."), ("How do I pay?", "Use cash."), 0.0, 0.3, ""),
        (
            ("How do I pay?", "By card."),
            ("How do I pay?", "Our office is in Bern."),
            0.0,
            0.8,
            "the same question, and answers about different things",
        ),
    ],
)
def test_contradicting_pairs_are_told(
    one: tuple[str, str], other: tuple[str, str], distance: float, apart: float, expected: str
) -> None:
    """Only where the question is the same."""
    assert expected == contradiction(NearPair(pair(*one), pair(*other), distance, apart))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("a.md", "Refunds", "In 5 days."), ("b.md", "Refunds", "In 6 days."), "5 days against 6 days"),
        (("a.md", "Refunds", "In 5 days."), ("a.md", "Refunds", "In 6 days."), ""),
        (("a.md", "Refunds", "In 5 days."), ("b.md", "Returns", "In 6 days."), ""),
        (("a.md", "Fees", "5 euros", "Students"), ("b.md", "Fees", "9 euros", "Firms"), ""),
        (("a.md", "Fees", "5 euros", "Fees 2023"), ("b.md", "Fees", "9 euros", "Fees 2024"), "5 euros against 9 euros"),
        (
            ("a.md", "Time refunds take", "5 days", "Shop"),
            ("b.md", "Time refunds take", "9 days", "Help"),
            "5 days against 9 days",
        ),
    ],
)
def test_contradicting_passages_are_told(one: tuple[str, ...], other: tuple[str, ...], expected: str) -> None:
    """Of different documents, under the same heading, about the same subject."""
    assert expected == contradiction(NearPair(passage(*one), passage(*other), 0.1))


def test_answers_for_different_people_do_not_contradict() -> None:
    """Nobody sees both."""
    staff, customer = pair("How do I pay?", "5 euros", "staff"), pair("How do I pay?", "9 euros", "customers")
    assert contradiction(NearPair(staff, customer, 0.0, 0.1)) == ""


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (passage("a.md", "A", LONG), passage("b.md", "B", LONG.upper()), True),
        (passage("a.md", "A", LONG), passage("a.md", "B", LONG), False),
        (passage("a.md", "A", LONG), passage("b.md", "A", LONG.replace("3", "5")), False),
        (passage("a.md", "A", "Call us."), passage("b.md", "A", "Call us."), False),
        (pair("Where are you?", LONG), pair("where are you", LONG), True),
        (pair("Where do I pay?", LONG), pair("How do I pay?", LONG), False),
        (pair("Where are you?", "In Bern."), pair("What is your address?", "In Bern."), False),
    ],
)
def test_duplicates_are_told(one: LintedChunk, other: LintedChunk, expected: bool) -> None:
    """The same words and numbers; no paraphrases, nothing short."""
    assert expected == is_duplicate(NearPair(one, other, 0.1))


def test_collisions_are_grouped() -> None:
    """What collides with the same is one finding, whichever side it was seen from; the nearest pair tells why."""
    a, b, c, d, e = (passage(f"{name}.md", "H", name) for name in "abcde")
    collisions = Collisions("duplicate")
    for one, other, distance in ((d, e, 0.3), (a, b, 0.2), (b, a, 0.2), (b, c, 0.1)):
        collisions.add(NearPair(one, other, distance), f"{one.text}{other.text}")
    found = [(f.place.uri, [o.uri for o in f.others], f.why, f.distance) for f in collisions.findings()]
    assert found == [("a.md", ["b.md", "c.md"], "bc", 0.1), ("d.md", ["e.md"], "de", 0.3)]


def test_shingles_see_the_order_of_words() -> None:
    """The same words in another order share less; Chinese characters are words."""
    assert shared_shingles("one two three four", "One, two: three four!") == 1.0
    assert shared_shingles("one two three four", "four three two one") == 0.0
    assert 0 < shared_shingles("退款需要十四天", "退款需要三十天") < 1

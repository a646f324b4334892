"""What two answers can't both be right about."""

from __future__ import annotations

import pytest

from ingest.lint.claims import disagreement, is_negated, numbers


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Within 14 days.", "You have 30 days.", "14 days against 30 days"),
        ("It costs €10.", "It costs €12.50.", "€10 against €12.50"),
        ("Yes, of course.", "No, sorry.", "yes against no"),
        ("You can pay by card.", "You can't pay by card.", "one of them says not"),
        ("Seit dem 1. März 2024.", "Seit dem 1. März 2025.", "2024 märz against 2025 märz"),
        ("退款需要14天", "退款需要30天", "14 天 against 30 天"),
        ("It costs 1,000 dollars.", "It costs 1000 dollars.", ""),
        ("It costs 10.00 euros.", "It costs 10 euros.", ""),
        ("Within 14 days, by post.", "Send it back by post.", ""),
        ("Two chairs and 4 tables.", "It has 5 doors.", ""),
        ("claude-3 is there", "claude-4 is there", ""),
        ("See https://a.b/7 pages", "See https://a.b/8 pages", ""),
        ("1. Open it\n2. Close it", "1. Open it", ""),
        ("Call us.", "You can not do anything about the weather.", ""),
    ],
)
def test_disagreement_is_named(one: str, other: str, expected: str) -> None:
    """Numbers of the same thing, yes and no, and a negation; nothing else."""
    assert expected == disagreement(one, other)


def test_numbers_are_kept_by_what_they_count() -> None:
    """The sign or the word behind, or else the word before."""
    assert {"days": frozenset({"14"}), "$": frozenset({"5"}), "answer": frozenset({"3"})} == numbers(
        "14 days for $5. See answer 3"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("I can't pay", True), ("I can pay", False), ("It is not impossible never", False), ("不能退款", True)],
)
def test_negation_is_seen(text: str, expected: bool) -> None:
    """Two negations take each other away."""
    assert expected == is_negated(text)

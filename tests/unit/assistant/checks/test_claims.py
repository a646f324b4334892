"""What a sentence says exactly, and whether a text says so too."""

from __future__ import annotations

import pytest

from assistant.checks.claims import claims
from assistant.checks.known import known

PASSAGE = (
    "Goods can be returned within thirty days. Open Monday to Friday, 9:00-17:00. It costs 1,000.50 EUR, "
    "or 1.200 EUR with the GPT4 plan, since March 5, 2024. Call 030/123 45 67, or write to help@shop.example. "
    "See https://www.shop.example/faq/. 退货需要三十五天，周一至周五。 "
    "The code is SAVE-20. Delivery takes 24 hours, 10GB."
)

HELD = [
    "within 30 days",
    "thirty days",
    "on Tuesday",
    "am Mittwoch",
    "at 5 pm",
    "1000.5 euros",
    "1 000,50 euros".replace(" ", "\u202f"),
    "1200 euros",
    "GPT-4",
    "5 March 2024",
    "2024-03-05",
    "am 5. März",
    "(030) 1234567",
    "help@shop.example",
    "http://shop.example/faq",
    "35 days",
    "三十五天",
    "save20",
    "twenty-four hours",
    "10 GB",
    "Step 7: pay",
    "(8) is nothing",
    "it is so [7]",
]
NOT_HELD = [
    "within 31 days",
    "ninety days",
    "vierzig Tage",
    "on Sunday",
    "星期日",
    "at 6 pm",
    "1000.51 euros",
    "GPT-5",
    "5 April 2024",
    "030 7654321",
    "sales@shop.example",
    "https://evil.example/faq",
    "evil.com",
    "SAVE-30",
    "四十天",
    "11 GB",
    "99 %",
]


@pytest.mark.parametrize("sentence", HELD)
def test_what_stands_there_is_found(sentence: str) -> None:
    """However it is written: digits or words, another date, another clock."""
    assert [claim for claim in claims(sentence) if not known(PASSAGE).holds(claim)] == []


@pytest.mark.parametrize("sentence", NOT_HELD)
def test_what_does_not_stand_there_is_told(sentence: str) -> None:
    """A number, day, code or address that the passage has not."""
    assert [claim for claim in claims(sentence) if not known(PASSAGE).holds(claim)]


@pytest.mark.parametrize("sentence", ["one of the two", "It may be.", "Both are fine.", "at once", "1", "", "a b c"])
def test_what_says_nothing_exact_has_no_claims(sentence: str) -> None:
    """Words that only may be numbers are none."""
    assert claims(sentence) == ()


@pytest.mark.parametrize("text", ["It opens at 00:00 pm.", "0 pm", "at 00 p.m., 0pm"])
def test_an_hour_that_no_clock_shows_is_read_as_noon(text: str) -> None:
    """People write it, and it must not end a check."""
    assert claims(text) == ()
    assert known(text).numbers >= {"12"}


@pytest.mark.parametrize(
    ("text", "weekdays"),
    [
        ("Mon.–Wed.", {0, 1, 2}),
        ("open Friday through Sunday, but not at night", {4, 5, 6}),
        ("ouvert du lundi jusqu'au mercredi", {0, 1, 2}),
        ("Mo - Mi geschlossen", {0, 1, 2}),
        ("周五 至 周日", {4, 5, 6}),
        ("周六到周一营业", {5, 6, 0}),
        ("Do so on Monday, or on Friday", {0, 4}),
        ("so do", set()),
    ],
)
def test_days_between_two_days_are_known(text: str, weekdays: set[int]) -> None:
    """However the range is written, and no other words are taken for days."""
    assert known(text).weekdays == weekdays


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("on the 5th of May", {"5"}),
        ("May the 5th", {"5"}),
        ("le 3 août", {"3", "8"}),
        ("5 days before you may come", {"5"}),
        ("It may be so, and it may not.", set()),
    ],
)
def test_a_month_beside_a_day_may_be_written_as_a_number(text: str, months: set[str]) -> None:
    """ "5 May" bears out "2024-05": elsewhere the word may be another one."""
    assert known(text).numbers == months


def test_long_pieces_are_read_as_short_ones() -> None:
    """What is too long to be remembered says the same."""
    text = "GPT-4's/Thirty(März_über-weiß.30,Monday"
    assert known(text * 2).words == known(text).words
    assert known(f"{text}, {text}").weekdays == known("on Monday").weekdays

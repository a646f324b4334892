"""Days of the week and months by their names in every language, with the days between "Monday to Friday"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from functools import cache
from itertools import pairwise

from assistant.checks.lexicon import any_of, any_word, every, lexicons
from assistant.checks.words import is_unspaced

_NUMERIC_DATE = re.compile(r"\b\d{4}-(\d{1,2})-\d{1,2}\b|\b(\d{1,2})[./](\d{1,2})[./]\d{2,4}\b")
_MAY_BE_DATE = re.compile(r"\d[-./]\d")
_CHINESE_MONTH = re.compile(r"(\d{1,2})\s*月")
_HAS_DIGIT = re.compile(r"\d")
_RANGE_RUNS = 3
"""The last day of "lundi jusqu'au mardi" is the third run of letters from its first."""
_DATE_PIECES = 2
"""The day of "the 5th of March" is the second piece from its month."""


def weekdays_in(text: str, runs: Sequence[str]) -> frozenset[int]:
    """The days that are named, 0 for Monday. Here as below, `runs` are words.runs of the text."""
    found = {_weekdays()[name] for name in _weekdays().keys() & runs}
    if is_unspaced(text):
        found |= {day for name, day in _chinese_weekdays().items() if name in text}
    return frozenset(found)


def open_weekdays(text: str, runs: Sequence[str]) -> frozenset[int]:
    """The days that are named, or stand between two that are."""
    pairs = _range().findall(text.casefold()) if _may_hold_range(runs) else []
    if is_unspaced(text):
        pairs += _chinese_range().findall(text)
    days = _any_weekdays()
    between = (_between(days[first], days[last]) for first, last in pairs if first in days and last in days)
    return weekdays_in(text, runs).union(*between)


def months_in(text: str, runs: Sequence[str]) -> frozenset[int]:
    """The months that are named or stand in dates, 1 for January."""
    found = {_months()[name] for name in _months().keys() & runs}
    if _MAY_BE_DATE.search(text):
        found |= {int(number) for match in _NUMERIC_DATE.findall(text) for number in match if number}
    if "月" in text:
        found |= set(map(int, _CHINESE_MONTH.findall(text)))
    return frozenset(found)


def dated_months(text: str, runs: Sequence[str]) -> Iterator[int]:
    """The months that stand beside a day or a year, by name: "may" and "march" are other words as well."""
    named = _months().keys() & runs
    if named and _may_be_dated(text.casefold(), named):
        for before, after in _dated().findall(text.casefold()):
            yield _months()[before or after]


def _may_hold_range(runs: Sequence[str]) -> bool:
    """Whether two days stand near to each other. In doubt they do: this only spares most texts the search."""
    if _any_weekdays().keys().isdisjoint(runs):
        return False
    places = [at for at, run in enumerate(runs) if run in _any_weekdays()]
    return any(last - first <= _RANGE_RUNS for first, last in pairwise(places))


def _may_be_dated(folded: str, names: Set[str]) -> bool:
    """Whether one of the names stands near to a digit. In doubt it does, as above."""
    pieces = folded.split()
    return any(
        _HAS_DIGIT.search(" ".join(pieces[max(at - _DATE_PIECES, 0) : at + _DATE_PIECES + 1]))
        for at, piece in enumerate(pieces)
        if any(name in piece for name in names)
    )


@cache
def _weekdays() -> dict[str, int]:
    return {name: day for lexicon in lexicons().values() for day, name in enumerate(lexicon.weekdays)} | {
        name: day for day, name in enumerate(lexicons()["zh"].weekdays_short)
    }


@cache
def _months() -> dict[str, int]:
    return {name: month for each in lexicons().values() for month, name in enumerate(each.months, start=1)}


@cache
def _chinese_weekdays() -> dict[str, int]:
    return {name: day for name, day in _weekdays().items() if is_unspaced(name)}


@cache
def _any_weekdays() -> dict[str, int]:
    """Short names too, which may be other words as well: "so", "mon"."""
    short = {name: day for lexicon in lexicons().values() for day, name in enumerate(lexicon.weekdays_short)}
    return _weekdays() | short


@cache
def _range() -> re.Pattern[str]:
    """Two words with what stands between the ends of a range: which words they are is looked up afterwards."""
    return re.compile(rf"([^\W\d_]++)\.?\s*(?:[-–—]|\b{any_of(every('to'))}\b)\s*(?=([^\W\d_]++))")


@cache
def _chinese_range() -> re.Pattern[str]:
    day = any_word(tuple(_chinese_weekdays()))
    return re.compile(rf"({day})\s*[-–—至到]\s*({day})")


@cache
def _dated() -> re.Pattern[str]:
    month = any_word(tuple(_months()))
    return re.compile(rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th|er|\.)?\s+(?:of |de )?({month})\b|\b({month})\s+(?:the )?\d")


def _between(first: int, last: int) -> frozenset[int]:
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))

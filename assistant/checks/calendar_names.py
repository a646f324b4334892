"""Days of the week and months by their names in every language, with the days between "Monday to Friday"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from assistant.checks.lexicon import any_of, any_word, every, lexicons
from assistant.checks.words import RUN, is_unspaced

_NUMERIC_DATE = re.compile(r"\b\d{4}-(\d{1,2})-\d{1,2}\b|\b(\d{1,2})[./](\d{1,2})[./]\d{2,4}\b")
_CHINESE_MONTH = re.compile(r"(\d{1,2})\s*月")


def weekdays_in(text: str) -> frozenset[int]:
    """The days that are named, 0 for Monday."""
    folded = text.casefold()
    found = {_weekdays()[run] for run in RUN.findall(folded) if run in _weekdays()}
    if is_unspaced(text):
        found |= {day for name, day in _weekdays().items() if is_unspaced(name) and name in folded}
    return frozenset(found)


def open_weekdays(text: str) -> frozenset[int]:
    """The days that are named, or stand between two that are."""
    pairs = _range().findall(text.casefold())
    if is_unspaced(text):
        pairs += _chinese_range().findall(text)
    days = _weekdays() | _short()
    between = (_between(days[first], days[last]) for first, last in pairs if first in days and last in days)
    return weekdays_in(text).union(*between)


def months_in(text: str) -> frozenset[int]:
    """The months that are named or stand in dates, 1 for January."""
    named = {_months()[run] for run in RUN.findall(text.casefold()) if run in _months()}
    dated = {int(number) for match in _NUMERIC_DATE.findall(text) for number in match if number}
    return frozenset(named | dated | set(map(int, _CHINESE_MONTH.findall(text))))


def dated_months(text: str) -> Iterator[int]:
    """The months that stand beside a day or a year, by name: "may" and "march" are other words as well."""
    folded = text.casefold()
    if _months().keys().isdisjoint(RUN.findall(folded)):
        return
    for before, after in _dated().findall(folded):
        yield _months()[before or after]


@cache
def _weekdays() -> dict[str, int]:
    return {name: day for lexicon in lexicons().values() for day, name in enumerate(lexicon.weekdays)} | {
        name: day for day, name in enumerate(lexicons()["zh"].weekdays_short)
    }


@cache
def _months() -> dict[str, int]:
    return {name: month for each in lexicons().values() for month, name in enumerate(each.months, start=1)}


@cache
def _short() -> dict[str, int]:
    return {name: day for lexicon in lexicons().values() for day, name in enumerate(lexicon.weekdays_short)}


@cache
def _range() -> re.Pattern[str]:
    """Two words with what stands between the ends of a range: which words they are is looked up afterwards."""
    return re.compile(rf"([^\W\d_]++)\.?\s*(?:[-–—]|\b{any_of(every('to'))}\b)\s*(?=([^\W\d_]++))")


@cache
def _chinese_range() -> re.Pattern[str]:
    day = any_word(tuple(name for name in _weekdays() if is_unspaced(name)))
    return re.compile(rf"({day})\s*[-–—至到]\s*({day})")


@cache
def _dated() -> re.Pattern[str]:
    month = any_word(tuple(_months()))
    return re.compile(rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th|er|\.)?\s+(?:of |de )?({month})\b|\b({month})\s+(?:the )?\d")


def _between(first: int, last: int) -> frozenset[int]:
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))

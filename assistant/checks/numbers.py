"""Numbers as people write them, made comparable: "1,000.50" and "1000,5" are one, and so are "30" and "thirty"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from assistant.checks.lexicon import lexicons
from assistant.checks.words import RUN, is_unspaced

_GROUPS = re.compile("['’\u00a0\u202f ]")
_HAS_PM = re.compile(r"[pP]\.?[mM]\b")
_PM = re.compile(r"\b(\d{1,2})(?:[:.]\d{2})?\s*p\.?m\b", re.IGNORECASE)
_NUMERAL = re.compile("[零一二两三四五六七八九十百千万]+")
_DIGITS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_ALWAYS = frozenset({"", "0", "1"})
"""What "a", "the first" and ":00" say as well."""


def values(written: str) -> frozenset[str]:
    """The numbers that `written` may mean: "1.000" is a thousand, or one; none where it says nothing."""
    plain = _GROUPS.sub("", written).strip(".,")
    points = [character for character in plain if character in ".,"]
    if len(set(points)) == 2:
        decimal = plain[max(plain.rfind("."), plain.rfind(","))]
        readings = {plain.replace("," if decimal == "." else ".", "").replace(decimal, ".")}
    elif len(points) == 1 and len(plain) - plain.index(points[0]) == 4:
        readings = {plain.replace(points[0], ""), plain.replace(points[0], ".")}
    elif len(points) == 1:
        readings = {plain.replace(points[0], ".")}
    else:
        readings = {plain.replace(".", "").replace(",", "")}
    return frozenset(map(_canonical, readings)) - _ALWAYS


def afternoons(text: str) -> frozenset[str]:
    """The hours that stand with "pm"."""
    if not _HAS_PM.search(text):
        return frozenset()
    return frozenset(hour.lstrip("0") or "0" for hour in _PM.findall(text))


def by_24_hours(hour: str) -> str:
    """That hour of the afternoon as clocks of 24 hours show it."""
    return str(int(hour) % 12 + 12)


def spelled_numbers(runs: Sequence[str]) -> Iterator[str]:
    """The numbers that stand in words, ordinals too. `runs`: see words.runs."""
    before = 0
    for run in runs:
        value = _spelled().get(run, 0)
        if value:
            yield str(value)
        elif "\u4e00" <= run[0] <= "\u9fff":
            yield from map(str, map(_numeral, _NUMERAL.findall(run)))
        if 0 < value < 10 and before >= 20:
            yield str(before + value)  # "twenty-four"
        before = value


def spelled_amounts(text: str, runs: Sequence[str]) -> Iterator[str]:
    """The numbers in words that count something: "three days", but not "one of the two". `runs`: see words.runs."""
    if _cardinals().keys().isdisjoint(runs) and not is_unspaced(text):
        return
    tens = 0
    for match in RUN.finditer(text):
        word = match.group().casefold()
        for language, value in _cardinals().get(word, ()):
            if _unit(language).match(text, match.end()):
                yield str(tens + value if tens and value < 10 else value)
        value = _spelled().get(word, 0)
        tens = value if 20 <= value < 100 else 0
        if "\u4e00" <= word[0] <= "\u9fff":
            yield from (str(_numeral(found.group(1))) for found in _counted().finditer(match.group()))


def _canonical(number: str) -> str:
    whole, point, fraction = number.partition(".")
    fraction = fraction.rstrip("0")
    whole = whole.lstrip("0")
    return f"{whole or '0'}.{fraction}" if point and fraction else whole


def _numeral(numeral: str) -> int:
    total = section = digit = 0
    for character in numeral:
        unit = _UNITS.get(character)
        if unit is None:
            digit = _DIGITS[character]
        elif unit == 10_000:
            total, section, digit = (total + section + digit) * unit, 0, 0
        else:
            section, digit = section + (digit or 1) * unit, 0
    return total + section + digit


@cache
def _spelled() -> dict[str, int]:
    """Every word for a number."""
    return {word: value for each in lexicons().values() for word, value in {**each.numbers, **each.ordinals}.items()}


@cache
def _cardinals() -> dict[str, list[tuple[str, int]]]:
    """For each word the languages in which it is a number."""
    found: dict[str, list[tuple[str, int]]] = {}
    for language, lexicon in lexicons().items():
        for word, value in lexicon.numbers.items():
            found.setdefault(word, []).append((language, value))
    return found


@cache
def _unit(language: str) -> re.Pattern[str]:
    return re.compile(r"[\s\u00a0-]{1,2}" + lexicons()[language].units, re.IGNORECASE)


@cache
def _counted() -> re.Pattern[str]:
    return re.compile(f"([两二三四五六七八九十百千万]{{1,8}}){lexicons()['zh'].units}")

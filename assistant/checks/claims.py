"""What a sentence says that can be looked up exactly: numbers, dates, amounts, codes, web and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Literal

from assistant.checks.calendar_names import dated_months, months_in, open_weekdays, weekdays_in
from assistant.checks.lexicon import any_word, every
from assistant.checks.numbers import afternoons, by_24_hours, spelled_amounts, spelled_numbers, values
from assistant.checks.sentences import MARK
from assistant.checks.words import known_words

Kind = Literal["number", "weekday", "month", "code", "address"]

_MARK = re.compile(MARK)
_ADDRESS = re.compile(
    r"(?:https?|ftp|mailto|tel)://?[^\s<>()\[\]\"'`|]+|www\.[^\s<>()\[\]\"'`|]+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:com|net|org|io|dev|app|ai|info|biz|shop|example|test|eu|uk|de|fr|es|it|nl|at|ch|cn|us|co)"
    r"(?![\w-])(?:/[^\s<>()\[\]\"'`|]*)?",
    re.IGNORECASE | re.ASCII,
)
# A run of characters that numbers and codes are made of, of one script: linear in any text.
_WRITTEN = re.compile(r"[A-Za-z0-9À-ÿ](?:[A-Za-z0-9À-ÿ._,'’:/+\-–]|[\u00a0\u202f](?=\d))*")
_HAS_DIGIT = re.compile(r"\d")
_DATE = re.compile(r"\d{1,2}([./])\d{1,2}\1\d{2,4}")
_NUMERIC = re.compile(r"[\d._,'’:/+\-–\u00a0\u202f]+")
_WITH_UNIT = re.compile(r"([\d.,:’']*\d)(?:[-–]?[A-Za-zÀ-ÿ]{1,3}|[-–][A-Za-zÀ-ÿ]+)[.,:]*")
_BETWEEN = re.compile(r"[-–:/+_]")
_NOT_ALNUM = re.compile(r"[\W_]+")
_ENUMERATION = re.compile(r"\(\d{1,2}\)|(?<!\S)\d{1,2}\)")
_POSSESSIVE = re.compile(r"['’]s$")
_LONG_NUMBER = 5


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that must stand somewhere: any of `readings` will do."""

    kind: Kind
    readings: frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """What a text holds, for sentences to be looked up in. `squashed` has only its letters and digits."""

    words: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    weekdays: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    folded: str = field(default="", repr=False)
    squashed: str = field(default="", repr=False)

    def holds(self, claim: Claim) -> bool:
        """Whether the text says so too."""
        match claim.kind:
            case "address":
                return any(reading in self.folded for reading in claim.readings)
            case "code":
                return any(reading in self.squashed for reading in claim.readings)
            case "weekday":
                return not self.weekdays.isdisjoint(map(int, claim.readings))
            case "month":
                return not self.months.isdisjoint(map(int, claim.readings))
        found = not self.numbers.isdisjoint(claim.readings)
        return found or any(len(n) >= _LONG_NUMBER and n in self.squashed for n in claim.readings)


@lru_cache(maxsize=512)
def known(text: str) -> Known:
    """What can be looked up in a text."""
    found = {reading for claim in _written_claims(text) for reading in claim.readings}
    later = afternoons(text)
    return Known(
        words=known_words(text),
        numbers=frozenset(found).union(spelled_numbers(text), map(by_24_hours, later), map(str, dated_months(text))),
        weekdays=open_weekdays(text),
        months=months_in(text),
        folded=text.casefold(),
        squashed=_squashed(text),
    )


@lru_cache(maxsize=2048)
def claims(sentence: str) -> tuple[Claim, ...]:
    """What the sentence says that must be found, in any order."""
    bare = _MARK.sub(" ", sentence)
    found = [Claim("address", frozenset({_bare_address(match)})) for match in _ADDRESS.findall(bare)]
    bare = _step().sub(" ", _ENUMERATION.sub(" ", _ADDRESS.sub(" ", bare)))
    found += _written_claims(bare)
    found += [Claim("number", frozenset({value})) for value in spelled_amounts(bare)]
    found += [Claim("weekday", frozenset({str(day)})) for day in weekdays_in(bare)]
    found += [Claim("month", frozenset({str(month)})) for month in dated_months(bare)]
    return tuple(found)


def _written_claims(text: str) -> Iterator[Claim]:
    """The numbers and codes in digits."""
    later = afternoons(text)
    for written in _WRITTEN.findall(text):
        if not _HAS_DIGIT.search(written):
            continue
        for part in _parts(_POSSESSIVE.sub("", written.rstrip(".,:/'’-–_+\u00a0\u202f"))):
            if _NUMERIC.fullmatch(part):
                readings = values(part)
                readings |= frozenset(by_24_hours(hour) for hour in readings & later)
                if readings:
                    yield Claim("number", readings)
            else:
                yield Claim("code", frozenset({_squashed(part)}))


def _parts(written: str) -> list[str]:
    """The numbers in what is written together, or the whole of it where it is a code."""
    with_unit = _WITH_UNIT.fullmatch(written)
    numeric = with_unit.group(1) if with_unit else written
    if not _NUMERIC.fullmatch(numeric):
        return [written]
    parts: list[str] = []
    for part in filter(None, _BETWEEN.split(numeric)):
        parts += re.split(r"[./]", part) if _DATE.fullmatch(part) or _is_version(part) else [part]
    return [part for part in parts if _HAS_DIGIT.search(part)]


def _is_version(part: str) -> bool:
    """Whether its points stand between numbers, and not between thousands: "1.2.3"."""
    return part.count(".") > 1 and not re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", part)


def _squashed(text: str) -> str:
    return _NOT_ALNUM.sub("", text.casefold())


def _bare_address(address: str) -> str:
    """What of an address must be found: the scheme and the last slash may be missing there."""
    bare = re.sub(r"^(?:https?|ftp|mailto|tel):(?://)?(?:www\.)?|^www\.", "", address.casefold())
    return bare.rstrip("/.,;:!?*_")


@cache
def _step() -> re.Pattern[str]:
    return re.compile(rf"\b{any_word(every('steps'))}\s*\d{{1,2}}\b|第\s*\d{{1,2}}", re.IGNORECASE)

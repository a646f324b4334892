"""What a sentence says that can be looked up exactly: numbers, dates, amounts, codes, web and e-mail addresses.

A claim counts as found in doubt, so a number has all the readings that it may have ("1.234" may be 1234), dates
and ranges come apart, and "1" claims nothing. `ingest/lint/claims.py` compares two texts instead: it needs what each
number counts, and one value of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from assistant.checks.calendar_names import dated_months, weekdays_in
from assistant.checks.lexicon import any_word, every
from assistant.checks.numbers import afternoons, by_24_hours, spelled_amounts, values
from assistant.checks.sentences import MARK
from assistant.checks.words import MAX_REMEMBERED_CHARS, pieces, runs, squashed

Kind = Literal["number", "weekday", "month", "code", "address"]

_MARK = re.compile(MARK)
_ADDRESS = re.compile(
    r"(?:https?|ftp|mailto|tel)://?[^\s<>()\[\]\"'`|]+|www\.[^\s<>()\[\]\"'`|]+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:com|net|org|io|dev|app|ai|info|biz|shop|example|test|eu|uk|de|fr|es|it|nl|at|ch|cn|us|co)"
    r"(?![\w-])(?:/[^\s<>()\[\]\"'`|]*)?",
    re.IGNORECASE | re.ASCII,
)
# Most sentences hold none of these, and need no search for addresses.
_MAY_BE_ADDRESS = re.compile(r"@|:/|\.(?!\d)\S|[wW]\.")
# A run of characters that numbers and codes are made of, of one script: linear in any text.
_WRITTEN = re.compile(r"[A-Za-z0-9À-ÿ](?:[A-Za-z0-9À-ÿ._,'’:/+\-–]|[\u00a0\u202f](?=\d))*")
_HAS_DIGIT = re.compile(r"\d")
_NUMBER_SPACES = ("\u00a0", "\u202f")
"""White space that may stand within a number: "1 000"."""
_DATE = re.compile(r"\d{1,2}([./])\d{1,2}\1\d{2,4}")
_NUMERIC = re.compile(r"[\d._,'’:/+\-–\u00a0\u202f]+")
_WITH_UNIT = re.compile(r"([\d.,:’']*\d)(?:[-–]?[A-Za-zÀ-ÿ]{1,3}|[-–][A-Za-zÀ-ÿ]+)[.,:]*")
_BETWEEN = re.compile(r"[-–:/+_]")
_ENUMERATION = re.compile(r"\(\d{1,2}\)|(?<!\S)\d{1,2}\)")
_POSSESSIVE = re.compile(r"['’]s$")


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that must stand somewhere: any of `readings` will do."""

    kind: Kind
    readings: frozenset[str]


@lru_cache(maxsize=2048)
def claims(sentence: str) -> tuple[Claim, ...]:
    """What the sentence says that must be found, in any order."""
    bare, found = sentence, list[Claim]()
    if "[" in sentence:
        bare = _MARK.sub(" ", bare)
    if _MAY_BE_ADDRESS.search(bare):
        found += [Claim("address", frozenset({_bare_address(match)})) for match in _ADDRESS.findall(bare)]
        bare = _ADDRESS.sub(" ", bare)
    if _HAS_DIGIT.search(bare):
        bare = _step().sub(" ", _ENUMERATION.sub(" ", bare))
        found += written_claims(bare)
    named = runs(pieces(bare))
    found += [Claim("number", frozenset({value})) for value in spelled_amounts(bare, named)]
    found += [Claim("weekday", frozenset({str(day)})) for day in weekdays_in(bare, named)]
    found += [Claim("month", frozenset({str(month)})) for month in dated_months(bare, named)]
    return tuple(found)


def written_claims(text: str) -> Iterator[Claim]:
    """The numbers and codes in digits."""
    if not _HAS_DIGIT.search(text):
        return
    later = afternoons(text)
    for written in filter(_HAS_DIGIT.search, _WRITTEN.findall(_with_digits(text))):
        for claim in _remembered(written) if len(written) <= MAX_REMEMBERED_CHARS else _read(written):
            if claim.kind == "number" and not later.isdisjoint(claim.readings):
                yield Claim("number", claim.readings.union(map(by_24_hours, claim.readings & later)))
            else:
                yield claim


def _read(written: str) -> tuple[Claim, ...]:
    parts = _parts(_POSSESSIVE.sub("", written.rstrip(".,:/'’-–_+\u00a0\u202f")))
    read = (
        Claim("number", values(part)) if _NUMERIC.fullmatch(part) else Claim("code", frozenset({squashed(part)}))
        for part in parts
    )
    return tuple(claim for claim in read if claim.readings)


_remembered = lru_cache(maxsize=4096)(_read)


def _with_digits(text: str) -> str:
    """Of a text what numbers and codes can stand in: nearly all of it holds no digit, and need not be searched."""
    if any(space in text for space in _NUMBER_SPACES):
        return text
    return " ".join(filter(_HAS_DIGIT.search, text.split()))


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


def _bare_address(address: str) -> str:
    """What of an address must be found: the scheme and the last slash may be missing there."""
    bare = re.sub(r"^(?:https?|ftp|mailto|tel):(?://)?(?:www\.)?|^www\.", "", address.casefold())
    return bare.rstrip("/.,;:!?*_")


@cache
def _step() -> re.Pattern[str]:
    return re.compile(rf"\b{any_word(every('steps'))}\s*\d{{1,2}}\b|第\s*\d{{1,2}}", re.IGNORECASE)

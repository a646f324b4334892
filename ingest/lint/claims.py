"""What two answers to the same question can't both be right about.

Numbers are read in another way than `assistant/checks/claims.py` reads them, which looks a sentence's claims up in a
text: here a number belongs to what it counts and has one value ("1 day" differs from "2 days"), a date or range stays
whole, and the number of a name ("claude-3") is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping

from ingest.lint.wording import shared_words, words

# 1,000.50 and 1.000,50 and 2026-11-22 and 9:30 are one number each; what is part of a name (claude-3) is none.
_NUMBER = re.compile(
    r"(?<![^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])(?<![.@/\-])(?<!\w:)\d+(?:[.,:/\-]\d+)*(?!\w*_)"
)
_UNIT_BEFORE = re.compile(r"([$€£¥₹]|\w+)\s*$")
_UNIT_AFTER = re.compile(r"\s*([$€£¥₹%°]|[^\W\d]+)")
_LINK = re.compile(r"https?://\S+|\]\([^)\s]*\)")
_LIST_NUMBER = re.compile(r"(?m)^\s*\d+[.)]\s")

_YES = {"yes", "ja", "oui", "sí", "sim", "是", "可", "能"}
_NO = {"no", "nein", "non", "não", "否", "不"}
_NEGATIONS = {
    *("not", "never", "no", "cannot", "without", "neither", "nor", "none"),
    *("nicht", "kein", "keine", "keinen", "nie", "niemals", "ohne", "pas", "jamais", "sans", "nunca", "sin"),
    *("不", "没", "無", "无", "未"),
}
_CONTRACTED = re.compile(r"\b(\w+)n['’]t\b")
_SHORTENED = {"ca": "can", "wo": "will", "sha": "shall"}
# Otherwise alike: beyond this share of common words two answers are one sentence with and without its negation.
_SAME_BUT_NEGATED = 0.6


def disagreement(one: str, other: str) -> str:
    """What the answers can't both be right about, "" where no rule sees anything: different numbers or dates for the
    same thing, yes and no, the same sentence with and without a negation."""
    if (one_says := _yes_or_no(one)) != (other_says := _yes_or_no(other)) and one_says and other_says:
        return f"{one_says} against {other_says}"
    if differing := _differing_numbers(one, other):
        return differing
    alike = shared_words(_without_negations(one), _without_negations(other))
    if is_negated(one) != is_negated(other) and alike >= _SAME_BUT_NEGATED:
        return "one of them says not"
    return ""


def numbers_disagree(one: str, other: str) -> str:
    """The same for passages, of which numbers alone say enough."""
    return _differing_numbers(one, other)


def is_negated(text: str) -> bool:
    """Whether an odd number of its words negate something."""
    return sum(word in _NEGATIONS for word in words(_plain(text))) % 2 == 1


def numbers(text: str) -> dict[str, frozenset[str]]:
    """The numbers by what is counted: the sign or word behind a number, or else before it. Links and the numbers of
    lists are left out."""
    plain = _LIST_NUMBER.sub(" ", _LINK.sub(" ", unicodedata.normalize("NFKC", text).casefold()))
    found: defaultdict[str, set[str]] = defaultdict(set)
    for match in _NUMBER.finditer(plain):
        found[_unit(plain, match)].add(_value(match.group()))
    return {unit: frozenset(values) for unit, values in found.items()}


def _differing_numbers(one: str, other: str) -> str:
    some, more = numbers(one), numbers(other)
    for unit in some:
        if unit in more and not some[unit] & more[unit]:
            return f"{_shown(some, unit)} against {_shown(more, unit)}"
    return ""


def _shown(found: Mapping[str, frozenset[str]], unit: str) -> str:
    values = ", ".join(sorted(found[unit]))
    return f"{unit}{values}" if unit in ("$", "€", "£", "¥", "₹") else f"{values} {unit}".strip()


def _unit(text: str, match: re.Match[str]) -> str:
    before = _UNIT_BEFORE.search(text, max(0, match.start() - 40), match.start())
    if before and before[1] in "$€£¥₹":
        return before[1]
    after = _UNIT_AFTER.match(text, match.end())
    if after:
        return words(after[1])[0] if words(after[1]) else after[1]
    return before[1] if before else ""


def _value(number: str) -> str:
    """Without what only groups digits: 1,000 is 1000; 10.00 is 10."""
    grouped = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", number)
    plain = re.sub(r"[.,]", "", number) if grouped else number
    return re.sub(r"[.,]0+$", "", plain)


def _yes_or_no(text: str) -> str:
    first = (words(text) or [""])[0]
    return "yes" if first in _YES else "no" if first in _NO else ""


def _plain(text: str) -> str:
    """With "not" written out."""
    return _CONTRACTED.sub(lambda match: f"{_SHORTENED.get(match[1].casefold(), match[1])} not", text)


def _without_negations(text: str) -> str:
    return " ".join(word for word in words(_plain(text)) if word not in _NEGATIONS)

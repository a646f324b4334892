"""What people see as one character may be several: a letter with its accents, a flag, a family. Pure.

The rules are those of https://www.unicode.org/reports/tr29/ as far as they matter to where a long text is cut.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Variation selectors, keycap, skin tones, tags: they belong to the character before. So do vowels and finals of Hangul
# that is written letter by letter.
_JOINED = re.compile(
    "[\u200d\ufe00-\ufe0f\u20e3\u1160-\u11ff\ud7b0-\ud7ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
)
_LONGEST_CLUSTER = 40


def whole_cluster(text: str, position: int) -> int:
    """Give the nearest place up to `position` that is in no character; `position` itself if that is too far."""
    for cut in range(position, max(-1, position - _LONGEST_CLUSTER), -1):
        if not _is_inside(text, cut):
            return cut
    return position


def pieces(text: str, max_chars: int) -> Iterator[str]:
    """Give the text in pieces of at most `max_chars`, cut between words where that leaves half a piece."""
    start = 0
    while len(text) - start > max_chars:
        space = text.rfind(" ", start + max_chars // 2, start + max_chars)
        whole = whole_cluster(text, start + max_chars)
        end = space + 1 if space > 0 else whole if whole > start else start + max_chars
        yield text[start:end]
        start = end
    yield text[start:]


def _is_inside(text: str, cut: int) -> bool:
    if not 0 < cut < len(text):
        return False
    joins = _JOINED.match(text[cut]) or unicodedata.category(text[cut]).startswith("M") or text[cut - 1] == "\u200d"
    if joins or not _is_flag_letter(text[cut]):
        return bool(joins)
    # Two letters make a flag: the cut is inside where an odd number of them stands before it.
    first = cut
    while first > 0 and _is_flag_letter(text[first - 1]):
        first -= 1
    return (cut - first) % 2 == 1


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"

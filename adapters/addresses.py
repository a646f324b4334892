"""Where web addresses stand in a text: whatever a platform could make a link of. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

# What ends an address: space, angle and square brackets, and the punctuation of Chinese and Japanese, which no space
# follows.
_TOKEN = re.compile(
    "[^\\s<>\\[\\]\u3001\u3002\uff0c\uff1b\uff1a\uff01\uff1f\uff08\uff09\u300a-\u300f\u3010\u3011\u201c\u201d]+"
)
# Without any of this there is no address: most text is passed over in one look.
_TRIGGER = re.compile(r"[^\s.]\.[^\W\d_]|[/\\]{2}")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}:[/\\]{2}", re.IGNORECASE)
# Host names stand in text of any script, but those written without spaces would take in the words around them.
_NAME = re.compile("(?:[^\\W\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]|[.-])+")
_LOCAL_PART = re.compile(r"[\w.+-]{1,64}@\Z")
_CLOSING = ".,:;!?'\"*_~|»”’…"
_BRACKETS = {")": "(", "]": "[", "}": "{"}
# Endings of file names that are no top-level domain, so that nobody takes "index.html" for a host. "md", "py" and
# "zip" are domains: https://data.iana.org/TLD/tlds-alpha-by-domain.txt (2026-11).
_FILE_ENDINGS = (
    "css|csv|docx?|exe|gif|html?|ini|jpe?g|jsx?|json|log|pdf|php|png|pptx?|svg|toml|tsx?|txt|xlsx?|xml|ya?ml"
)
_DOMAIN = re.compile(rf"(?!(?:{_FILE_ENDINGS})\Z)(?:[^\W\d_]{{2,}}(?![a-z0-9_-])|xn--)")


class Address(NamedTuple):
    """Where an address stands in a text, and whether it names its scheme (https://…)."""

    start: int
    end: int
    has_scheme: bool


def addresses(text: str, *, bare: bool) -> Iterator[Address]:
    """Give what a platform could make a link of, in order. `bare`: it takes names as in "shop.example" for addresses,
    too, and not only what begins with a scheme or with "www."."""
    for token in _TOKEN.finditer(text) if _TRIGGER.search(text) else ():
        word, offset = token.group(), token.start()
        if not _TRIGGER.search(word):
            continue
        scheme = SCHEME.search(word)
        named = scheme.start() if scheme else len(word)
        for start, end in _bare(word, named, bare):
            yield Address(offset + start, offset + end, False)
        if scheme:
            yield Address(offset + named, offset + _trimmed(word, named, len(word)), True)


def _bare(word: str, stop: int, bare: bool) -> Iterator[tuple[int, int]]:
    taken = position = 0
    while (name := _NAME.search(word, position, stop)) is not None:
        start, end = name.span()
        position = end
        if not _is_host_like(name.group(), bare):
            continue
        # More than the host, where a local part stands before it, or a path, or the rest of a disguise, behind.
        local_part = _LOCAL_PART.search(word, max(taken, start - 65), start)
        start = local_part.start() if local_part else start
        end = stop if word[end : end + 1] in tuple("/:?#@\\") else end
        taken = position = _trimmed(word, start, end)
        yield start, taken


def _is_host_like(name: str, bare: bool) -> bool:
    labels = name.lower().split(".")
    if not bare and not any(label.endswith("www") for label in labels):
        return False
    return any(before and _DOMAIN.match(label) for before, label in pairwise(labels))


def _trimmed(word: str, start: int, end: int) -> int:
    """Leave out what closes the sentence, the quotation or the brackets around an address."""
    while end > start + 1:
        last = word[end - 1]
        opening = _BRACKETS.get(last)
        if last not in _CLOSING and not (opening and word.count(opening, start, end) < word.count(last, start, end)):
            break
        end -= 1
    return end

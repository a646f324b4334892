"""The links in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyromark

_LINKS = ("Link", "Image")
_CODE = ("CodeBlock",)
_ADDRESS = re.compile(r"https?://[^\s<>\"'`|\\^{}\u3000-\u303f\uff00-\uffef]+", re.IGNORECASE)
_BEHIND = ".,;:!?*_~…"
_BRACKETS = {")": "(", "]": "["}
MAX_LINKS = 1_000
"""Of one passage; nobody writes more."""


def links(markdown: str) -> list[str]:
    """Where the text's links and pictures lead, each once, in order: as Markdown writes them, or bare http addresses.
    What stands in code is an example."""
    if "](" not in markdown and "://" not in markdown and "]:" not in markdown:
        return []
    source = bytearray(markdown.encode("utf-8", "replace"))
    found: list[tuple[int, str]] = []
    for start, end, destination in _marked(source.decode()):
        if destination:
            found.append((start, destination))
        source[start:end] = b" " * (end - start)
    rest = source.decode("utf-8", "replace")
    found += [(len(rest[: m.start()].encode()), without_what_follows(m.group())) for m in _ADDRESS.finditer(rest)]
    return list(dict.fromkeys(link for _, link in sorted(found)))[:MAX_LINKS]


def without_what_follows(address: str) -> str:
    """A bare address without the punctuation of the sentence behind it, as GitHub reads them
    (https://github.github.com/gfm/#autolinks-extension-, checked 2026-11)."""
    while address and (address[-1] in _BEHIND or _closes_nothing(address)):
        address = address[:-1]
    return address


def _closes_nothing(address: str) -> bool:
    opening = _BRACKETS.get(address[-1])
    return opening is not None and address.count(address[-1]) > address.count(opening)


def _marked(text: str) -> Iterator[tuple[int, int, str]]:
    """Each link, picture and piece of code with its place in bytes; of code the destination is ""."""
    for event, place in pyromark.events_with_range(text):
        if not isinstance(event, dict):
            continue
        tag: Any = event.get("Start")
        name = next(iter(tag)) if isinstance(tag, dict) else tag
        if name in _LINKS:
            yield place["start"], place["end"], tag[name]["dest_url"]
        elif name in _CODE or "Code" in event:
            yield place["start"], place["end"], ""

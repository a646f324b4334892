"""A Reply to lines of plain text."""

from __future__ import annotations

import re

from adapters.base import RenderedPart, Reply, Source
from adapters.split_text import split_text

MAX_CHARS = 100_000

# What a terminal could take for a command: C0 and C1 controls but tab and newline, and bidirectional overrides.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def render(reply: Reply) -> list[RenderedPart]:
    """The Markdown as it is (it reads well), with its sources below; no control character gets through."""
    text = "\n".join([reply.text.strip(), *_footer(reply.sources)])
    # A text of nothing but controls still shows that there was a reply.
    shown = _CONTROLS.sub("", text)
    return [RenderedPart(part) for part in split_text(shown if shown.strip() else "\ufffd", MAX_CHARS)]


def _footer(sources: tuple[Source, ...]) -> list[str]:
    return ["", "Sources:", *(_line(source) for source in sources)] if sources else []


def _line(source: Source) -> str:
    heading = f" › {source.heading}" if source.heading else ""
    place = source.url or source.document
    quote = f"\n      “{source.quote}”" if source.quote else ""
    return f"  [{source.number}] {source.title}{heading}{f' ({place})' if place else ''}{quote}"

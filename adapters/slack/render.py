"""Reply in, Slack messages out: Markdown as mrkdwn, cut to size, with a compact footer of sources. Pure."""

from __future__ import annotations

import re

from adapters.base import RenderedPart, Reply, Source
from adapters.slack.mrkdwn import escape, link, mrkdwn
from adapters.split_text import split_text

# Slack advises 4,000 characters a message, splits longer ones by itself in some clients, and cuts at 40,000:
# https://docs.slack.dev/reference/methods/chat.postMessage#truncating (2026-11). How it counts is not documented, so
# we count the escaped text in UTF-16 units, its longest form, and keep a small distance.
MAX_CHARS = 3_900
MAX_TITLE_CHARS = 150
# Never cut inside a link or an entity.
ATOMS = re.compile(r"<[^<>\n]*>|&(?:amp|lt|gt);")


def render(reply: Reply) -> tuple[RenderedPart, ...]:
    """Give the parts in order; whatever the model wrote is text: only http(s) links work, and nobody is notified."""
    # A reply of bare markup, such as "#", renders to nothing: then people get what was written.
    body = mrkdwn(reply.text).strip() or escape(reply.text)
    footer = "\n".join(_source(source) for source in reply.sources)
    text = "\n\n".join(block for block in (body, footer) if block)
    return tuple(RenderedPart(part) for part in split_text(text, MAX_CHARS, utf16_units, ATOMS))


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _source(source: Source) -> str:
    name = " › ".join(_short(part) for part in (source.title, source.heading) if part.strip())
    return f"[{source.number}] {link(source.url, name) if source.url else escape(name)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_TITLE_CHARS else line[: MAX_TITLE_CHARS - 1] + "…"

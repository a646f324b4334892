"""A Reply to lines of plain text."""

from __future__ import annotations

from adapters.base import RenderedPart, Reply, Source
from adapters.layout import REPLACEMENT
from adapters.link_hosts import LinkHosts, web_link
from adapters.markdown import clean, is_visible
from adapters.parts import PartRules, in_parts
from adapters.plain_text import without_links

MAX_CHARS = 100_000
RULES = PartRules(MAX_CHARS)
_NO_LINKS = LinkHosts.of(())


def render(reply: Reply) -> tuple[RenderedPart, ...]:
    """The Markdown as it is (it reads well), with its sources below; no control character gets through, and no link to
    another host than the allowed ones. Terminals make links of what begins with a scheme or with "www."."""
    text = without_links(clean(reply.text).strip(), LinkHosts.of(reply.link_hosts), bare=False)
    # A text of nothing but controls still shows that there was a reply.
    return in_parts(reply, text if is_visible(text) else REPLACEMENT, _footer(reply), RULES)


def _footer(reply: Reply) -> list[str]:
    about = [_address(reply.link)] if reply.link.strip() else []
    sources = ["Sources:", *(_line(source) for source in reply.sources)] if reply.sources else []
    return [*about, *sources]


def _line(source: Source) -> str:
    heading = f" › {source.heading}" if source.heading else ""
    place = _address(source.url) or _words(source.document)
    quote = f"\n      “{_words(source.quote)}”" if source.quote else ""
    return f"  [{source.number}] {_words(source.title + heading)}{f' ({place})' if place else ''}{quote}"


def _words(text: str) -> str:
    return without_links(" ".join(clean(text).split()), _NO_LINKS, bare=False)


def _address(address: str) -> str:
    return web_link(address) or _words(address)

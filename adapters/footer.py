"""What stands below the text of a reply: the address that it is about, and its sources. Pure."""

from __future__ import annotations

from adapters.base import Reply, Source
from adapters.dialect import Dialect
from adapters.layout import line
from adapters.link_hosts import names_other_host, web_link
from adapters.markdown import clean

MAX_NAME_CHARS = 150


def footer(reply: Reply, dialect: Dialect, before_source: str = "") -> list[str]:
    """Give the lines: a link of the reply's own, and for each source its number and its names as a link."""
    lines = [_about(reply.link, dialect)] if reply.link.strip() else []
    lines += [before_source + _source(source, dialect) for source in reply.sources]
    return [dialect.finished(text) for text in lines]


def source_name(source: Source) -> str:
    """Give the title and the heading of a source, each on one line and not too long."""
    return " › ".join(_short(name) for name in (source.title, source.heading) if name.strip())


def _about(link: str, dialect: Dialect) -> str:
    url = web_link(link)
    return dialect.link(url, "") if url else line(_short(link), dialect)


def _source(source: Source, dialect: Dialect) -> str:
    name, url = source_name(source), web_link(source.url)
    number = f"[{source.number}]"
    if not url:
        address = source.url if len(source.url) <= MAX_NAME_CHARS else ""
        return " ".join(filter(None, (number, line(name, dialect), line(_short(address), dialect))))
    if name and not names_other_host(name, url):
        return f"{number} {dialect.link(url, name)}"
    return " ".join(filter(None, (number, line(name, dialect), dialect.link(url, ""))))


def _short(text: str) -> str:
    words = " ".join(clean(text).split())
    return words if len(words) <= MAX_NAME_CHARS else words[: MAX_NAME_CHARS - 1] + "…"

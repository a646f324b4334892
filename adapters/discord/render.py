"""Reply to Discord messages. Pure. Discord shows Markdown with some gaps, and has markup of its own to keep out."""

from __future__ import annotations

import re
from collections.abc import Callable

from adapters.base import RenderedPart, Reply, Source
from adapters.discord.tables import tables_as_code
from adapters.split_text import split_text

# Counted in Unicode code points: https://github.com/discord/discord-api-docs/issues/1315 (Discord's staff, checked
# 2026-02), as Python's len does.
MAX_CHARS = 2000
MAX_TITLE_CHARS = 150
MAX_URL_CHARS = 1000
ZERO_WIDTH_SPACE = "\u200b"

_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_DEEP_HEADING = re.compile(r"(?m)^[ \t]{0,3}#{4,6}[ \t]+")
_LINK = re.compile(
    r'(?P<image>!?)\[(?P<text>[^\[\]\n]*)\]\(<?(?P<url>(?:[^\s()<>]|\([^\s()<>]*\))*)>?(?:[ \t]+"[^"\n]*")?\)'
)
_WEB = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
# Mentions of everybody, users, roles and channels, and links to commands and to a server's own pages.
_MENTION = re.compile(r"@(?=everyone|here)|<@[!&]?(?=\d)|<#(?=\d)|<id:(?=\w)|</(?=[^\n<>]*:\d)", re.IGNORECASE)
_MARKUP = re.compile(r"[\\*_~`|\[\]<>]")
_UNCUT = re.compile(r"\[[^\[\]\n]*\]\([^\s()]*\)|<https?://[^\s<>]+>")


def render_reply(reply: Reply) -> tuple[RenderedPart, ...]:
    """Give the reply as messages of at most MAX_CHARS, with its sources in small print at the end."""
    text = _outside(_FENCED, reply.text, tables_as_code)
    text = _closed(_outside(_CODE, text, _prose))
    if reply.sources:
        text += "\n\n" + "\n".join(map(_source_line, reply.sources))
    # Last, as everything before could put the halves of a mention together.
    return tuple(RenderedPart(part) for part in split_text(_harmless(text), MAX_CHARS, atoms=_UNCUT))


def _outside(code: re.Pattern[str], text: str, change: Callable[[str], str]) -> str:
    """Change what lies between the pieces of code."""
    pieces: list[str] = []
    position = 0
    for match in code.finditer(text):
        pieces += [change(text[position : match.start()]), match.group()]
        position = match.end()
    return "".join([*pieces, change(text[position:])])


def _prose(text: str) -> str:
    return _LINK.sub(_link, _DEEP_HEADING.sub("### ", text))


def _link(match: re.Match[str]) -> str:
    """Give a link that opens a web page; of any other, its words. Discord shows no images: they become links."""
    words, url = match["text"].strip(), match["url"]
    if not _WEB.fullmatch(url):
        return words or url or match.group()
    return f"[{words}]({url})" if words else f"<{url}>"


def _closed(text: str) -> str:
    """End a code block that the model left open, so that it does not take in the sources."""
    return text + "\n```" if text.count("```") % 2 else text


def _harmless(text: str) -> str:
    """Take the force out of mentions. They also are not allowed to ping when sent; this way they don't look like it."""
    return _MENTION.sub(lambda match: match.group() + ZERO_WIDTH_SPACE, text)


def _source_line(source: Source) -> str:
    names = " › ".join(_plain(name) for name in (source.title, source.heading) if name.strip())
    url = source.url if _WEB.fullmatch(source.url) and len(source.url) <= MAX_URL_CHARS else ""
    return " ".join(part for part in (f"-# [{source.number}]", names, f"<{url}>" if url else "") if part)


def _plain(name: str) -> str:
    """Give a document's title or heading in one line, as text only."""
    line = " ".join(name.split())
    shown = line if len(line) <= MAX_TITLE_CHARS else line[: MAX_TITLE_CHARS - 1] + "…"
    return _MARKUP.sub(lambda match: "\\" + match.group(), shown)

"""What clients make links of, by their own rules and not by ours: for the tests of what is rendered."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# Domains that a client knows when it meets them in plain text; enough for what tests write.
_KNOWN = r"(?:com|net|org|example|io|de|md|xyz)"
BARE = re.compile(rf"(?<![\w@.-])(?:[\w-]+\.)+{_KNOWN}(?![\w-])(?:[:/?#][^\s<>]*)?", re.IGNORECASE | re.ASCII)
EMAIL = re.compile(rf"[\w.+-]+@(?:[\w-]+\.)+{_KNOWN}(?![\w-])", re.IGNORECASE | re.ASCII)
SCHEMED = re.compile(r"[a-z][a-z0-9+.-]*://[^\s<>]+", re.IGNORECASE | re.ASCII)
# Clients leave these out at the end of what they find.
CLOSING = ".,;:!?)]}*_~|'\""
WWW = re.compile(r"(?<!\w)www\.[^\s<>]+", re.IGNORECASE | re.ASCII)
# As in Slack: a fence, or a span that touches its words and is no part of one.
SLACK_CODE = re.compile(r"```.*?```|(?<![^\W_])`(?=\S)[^`\n]+?(?<=\S)`(?![^\W_])", re.DOTALL)
_SLACK_LINK = re.compile(r"<([^@#!<>|][^<>|\n]*)(?:\|[^<>\n]*)?>")
# As in Discord: an escape, a fence, or a span between as many backticks at both ends.
DISCORD_CODE = re.compile(r"\\[^\w\s]|```.*?```|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_DISCORD_LINK = re.compile(r"\]\(\s*<?([^\s<>)]+)|<([a-z][a-z0-9+.-]*:[^\s<>]+)>", re.IGNORECASE)


def slack_links(text: str) -> list[str]:
    """Give what Slack makes links of: what stands in angle brackets, and what looks like an address outside of code."""
    prose = SLACK_CODE.sub(" ", text)
    return _SLACK_LINK.findall(prose) + plain_links(_SLACK_LINK.sub(" ", prose).replace("&amp;", "&"))


def discord_links(text: str) -> list[str]:
    """Give what Discord makes links of: masked links, addresses in angle brackets, and those with a scheme."""
    prose = DISCORD_CODE.sub(" ", text)
    found = [masked or bracketed for masked, bracketed in _DISCORD_LINK.findall(prose)]
    return found + SCHEMED.findall(_DISCORD_LINK.sub(" ", prose))


def plain_links(text: str) -> list[str]:
    """Give what a client for plain text makes links of: whatever looks like an address."""
    schemed = [found.rstrip(CLOSING) for found in SCHEMED.findall(text)]
    rest = SCHEMED.sub(" ", text)
    return schemed + EMAIL.findall(rest) + BARE.findall(EMAIL.sub(" ", rest))


def terminal_links(text: str) -> list[str]:
    return [found.rstrip(CLOSING) for found in SCHEMED.findall(text)] + WWW.findall(SCHEMED.sub(" ", text))


def hosts_of(link: str) -> set[str]:
    """Give every host that some reader could take the link to lead to."""
    address = link if "://" in link or link.startswith(("mailto:", "//")) else f"//{link}"
    readings = (address, address.replace("\\", "/"), re.split(r"[。．｡]", address)[0], re.sub("[。．｡]", ".", address))
    return {_host(reading) for reading in readings}


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or address
    except ValueError:
        return address

"""Reply in, Slack messages out: Markdown as mrkdwn, cut to size, with a compact footer of sources. Pure."""

from __future__ import annotations

import re

from adapters.base import RenderedPart, Reply
from adapters.footer import footer
from adapters.layout import laid_out
from adapters.link_hosts import LinkHosts
from adapters.parts import PartRules, in_parts
from adapters.slack.mrkdwn import Mrkdwn

# Slack advises 4,000 characters a message, splits longer ones by itself in some clients, and cuts at 40,000:
# https://docs.slack.dev/reference/methods/chat.postMessage#truncating (2026-11). How it counts is not documented, so
# we count the escaped text in UTF-16 units, its longest form, and keep a small distance.
MAX_CHARS = 3_900
# Never cut inside a link, an entity, code or a few emphasised words.
ATOMS = re.compile(r"<[^<>\n]*>|&(?:amp|lt|gt);|`[^`\n]+`|(?<!\w)([*_~])(?=\S)[^*_~`<>\n]{1,200}(?<=\S)\1(?!\w)")


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _number(number: int, count: int) -> str:
    return f"_({number}/{count})_"


RULES = PartRules(MAX_CHARS, utf16_units, ATOMS, _number)


def render(reply: Reply) -> tuple[RenderedPart, ...]:
    """Give the parts in order; whatever the model wrote is text: only allowed links work, and nobody is notified."""
    slack = Mrkdwn(LinkHosts.of(reply.link_hosts))
    return in_parts(reply, laid_out(reply, slack), footer(reply, slack), RULES)

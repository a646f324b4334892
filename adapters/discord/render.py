"""Reply to Discord messages, with its sources in small print. Pure."""

from __future__ import annotations

import re

from adapters.base import RenderedPart, Reply
from adapters.discord.markup import DiscordMarkdown
from adapters.footer import footer
from adapters.layout import laid_out
from adapters.link_hosts import LinkHosts
from adapters.parts import PartRules, in_parts

# Counted in Unicode code points: https://github.com/discord/discord-api-docs/issues/1315 (Discord's staff, checked
# 2026-02), as Python's len does.
MAX_CHARS = 2000
SMALL_PRINT = "-# "

# Never cut inside an escape, code, a link, or a few emphasised words.
_UNCUT = re.compile(
    r"\\[^\w\s]|`` .+? ``|`[^`\n]+`|\[(?:\\.|[^\[\]\\\n])*\]\(<[^<>\s]*>\)|<https?://[^<>\s]+>"
    r"|(?P<mark>\*{1,3}|~~)(?=\S)[^*~`<>\\\n]{1,200}(?<=\S)(?P=mark)"
)


def _number(number: int, count: int) -> str:
    return f"{SMALL_PRINT}({number}/{count})"


RULES = PartRules(MAX_CHARS, atoms=_UNCUT, number=_number)


def render_reply(reply: Reply) -> tuple[RenderedPart, ...]:
    """Give the reply as messages of at most MAX_CHARS; only allowed links work, and nobody is notified."""
    discord = DiscordMarkdown(LinkHosts.of(reply.link_hosts))
    return in_parts(reply, laid_out(reply, discord), footer(reply, discord, SMALL_PRINT), RULES)

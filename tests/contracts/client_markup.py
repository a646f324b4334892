"""How each platform's clients read a text, for the tests of what is rendered for them. New ones are named below."""

from __future__ import annotations

import re

from tests.fakes.link_readers import DISCORD_CODE, SLACK_CODE, discord_links, plain_links, slack_links, terminal_links

_SLACK_PING = re.compile(r"<[@#!][^<>\n]*>")
# Names of emoji that every workspace has, outside of links and code.
_SLACK_EMOJI = re.compile(r":(?:smile|\+1|100|white_check_mark):")
_DISCORD_PING = re.compile(
    r"@everyone|@here|<@[!&]?\d+>|<#\d+>|<id:\w+>|</[-\w ]+:\d+>",  # to the server, also within code
    re.IGNORECASE,
)
_DISCORD_PICTURE = re.compile(r"<a?:\w+:\d+>|<t:-?\d+(?::\w)?>")
_WECHAT_PING = re.compile(r"@[^@\n\u2005]+\u2005|\[(?:微笑|Smile)\]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Markup:
    """Clients that know no markup, and link whatever looks like an address.

    has_markup: `render` is the platform's best, with links, numbers and a footer (false: a fake that shows Markdown as
    it is).
    """

    has_markup = True

    def links_in(self, text: str) -> list[str]:
        """Give the addresses that people can follow with a click."""
        return plain_links(text)

    def pings_in(self, text: str) -> list[str]:
        """Give what notifies somebody, or is shown as something else than text."""
        return _CONTROL.findall(text)


class SlackMarkup(Markup):
    def links_in(self, text: str) -> list[str]:
        return slack_links(text)

    def pings_in(self, text: str) -> list[str]:
        return super().pings_in(text) + _SLACK_PING.findall(text) + _SLACK_EMOJI.findall(SLACK_CODE.sub("", text))


class DiscordMarkup(Markup):
    def links_in(self, text: str) -> list[str]:
        return discord_links(text)

    def pings_in(self, text: str) -> list[str]:
        prose = DISCORD_CODE.sub("", text)
        return super().pings_in(text) + _DISCORD_PING.findall(text) + _DISCORD_PICTURE.findall(prose)


class WeChatMarkup(Markup):
    def pings_in(self, text: str) -> list[str]:
        return super().pings_in(text) + _WECHAT_PING.findall(text)


class TerminalMarkup(Markup):
    def links_in(self, text: str) -> list[str]:
        return terminal_links(text)


class MarkdownAsItIs(Markup):
    has_markup = False


def markup_of(platform: str) -> Markup:
    """Give how that platform's clients read; one that is not known here gets the most suspicious reader."""
    return _MARKUPS.get(platform, Markup)()


_MARKUPS = {
    "slack": SlackMarkup,
    "discord": DiscordMarkup,
    "wechat": WeChatMarkup,
    "terminal": TerminalMarkup,
    "fake": MarkdownAsItIs,
}

"""Reply to WeChat messages: plain text. Pure."""

from __future__ import annotations

import re

from adapters.base import RenderedPart, Reply, Source
from adapters.dialect import ZERO_WIDTH_SPACE
from adapters.footer import source_name
from adapters.layout import laid_out
from adapters.link_hosts import LinkHosts, web_link
from adapters.parts import PartRules, in_parts
from adapters.plain_text import PlainText
from adapters.wechat.mentions import AFTER_NAME

# Bytes of UTF-8. Tencent documents 2,048 for one text message, and cuts off what is more:
# https://developer.work.weixin.qq.com/document/path/90236 (checked 2026-11; for WeCom's messages, which WeChat shows).
# The same is what people measured with official accounts. Personal clients may take more; we keep a small distance.
MAX_CHARS = 2_000
MAX_ADDRESS_CHARS = 600

# Names in brackets are pictures: [Smile], [微笑].
_EMOJI = re.compile(r"\[(?=[A-Za-z\u4e00-\u9fff]{1,12}\])")
_ADDRESS = re.compile(r"https?://\S+")


class WeChatText(PlainText):
    def finished(self, text: str) -> str:
        text = _EMOJI.sub(f"[{ZERO_WIDTH_SPACE}", text.replace(AFTER_NAME, " "))
        return super().finished(text)


def utf8_bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


RULES = PartRules(MAX_CHARS, utf8_bytes, _ADDRESS)


def render(reply: Reply) -> tuple[RenderedPart, ...]:
    """Give the parts in order; only allowed addresses can be followed, and nobody is notified."""
    wechat = WeChatText(LinkHosts.of(reply.link_hosts))
    lines = [web_link(reply.link) or wechat.finished(reply.link)] if reply.link.strip() else []
    lines += [_source(source, wechat) for source in reply.sources]
    return in_parts(reply, laid_out(reply, wechat), lines, RULES)


def _source(source: Source, wechat: WeChatText) -> str:
    """Give number and names, and the address on a line of its own: nothing there can be taken for a part of it."""
    url = web_link(source.url)
    name = wechat.finished(" ".join(filter(None, (source_name(source), "" if url else source.url))))
    return f"[{source.number}] {name}\n{url if len(url) <= MAX_ADDRESS_CHARS else ''}".rstrip()

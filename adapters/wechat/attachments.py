"""What came instead of text, named as WeChat's own list of chats names it."""

from __future__ import annotations

import html
import re

from adapters.wechat.payload import Kind, Payload

MAX_NAME_CHARS = 120
_LONGEST_XML = 20_000

_LABELS = {
    Kind.FILE: "[文件]",
    Kind.VOICE: "[语音]",
    Kind.CONTACT: "[名片]",
    Kind.CHAT_HISTORY: "[聊天记录]",
    Kind.STICKER: "[动画表情]",
    Kind.IMAGE: "[图片]",
    Kind.LOCATION: "[位置]",
    Kind.MINI_PROGRAM: "[小程序]",
    Kind.TRANSFER: "[转账]",
    Kind.RED_ENVELOPE: "[红包]",
    Kind.LINK: "[链接]",
    Kind.VIDEO: "[视频]",
}
# Their file names are made up by gateways: nobody has seen them.
_UNNAMED = {Kind.VOICE, Kind.STICKER}
_TITLE = re.compile(r"<title>(?:<!\[CDATA\[)?(?P<title>[^<>]{1,500}?)(?:\]\]>)?</title>")


def attachment_names(payload: Payload) -> tuple[str, ...]:
    """Give the one name of what came, or none for text and for what nobody sent (notices of WeChat's)."""
    label = _LABELS.get(payload.kind)
    if label is None:
        return ()
    filename = "" if payload.kind in _UNNAMED else _one_line(payload.filename)
    title = _title(payload.text)
    return (filename or (f"{label} {title}" if title else label),)


def _title(xml: str) -> str:
    """Give the title out of WeChat's XML, which anybody can have made: no XML parser sees it."""
    found = _TITLE.search(xml[:_LONGEST_XML])
    return _one_line(html.unescape(found["title"])) if found else ""


def _one_line(name: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())[:MAX_NAME_CHARS]

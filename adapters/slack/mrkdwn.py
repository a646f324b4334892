"""Markdown as Slack's mrkdwn: https://docs.slack.dev/messaging/formatting-message-text (2026-11). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

MAX_NESTING = 60
MAX_URL_CHARS = 2_000
MAX_LABEL_CHARS = 500
SURROGATE = re.compile("[\ud800-\udfff]")
# What would end a link's address before its end.
IN_URL = {"<": "%3C", ">": "%3E", "|": "%7C", " ": "%20"}
MARKS = {"strong": "*", "em": "_", "s": "~"}
ZERO_WIDTH_SPACE = "\u200b"
# HTML is text here. "[1]: …" must not become a link definition: [1] is how answers cite.
MARKDOWN = (
    MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    .enable("strikethrough")
    .disable(["reference", "html_block", "html_inline"])
)


def mrkdwn(markdown: str) -> str:
    """Give the text in Slack's markup; only http(s) links become links, and nothing can mention anybody."""
    tokens = MARKDOWN.parse(SURROGATE.sub("\ufffd", markdown))
    if max((token.level for token in tokens), default=0) >= MAX_NESTING - 1:
        return escape(markdown)  # the parser drops what is nested deeper: better plain than incomplete
    return _blocks(SyntaxTreeNode(tokens).children)


def escape(text: str) -> str:
    """Give text in which Slack finds no control sequence and no code fence."""
    text = SURROGATE.sub("\ufffd", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("```", f"`{ZERO_WIDTH_SPACE}`{ZERO_WIDTH_SPACE}`")


def link(url: str, label: str) -> str:
    """Give a link, or plain text where the address is not http(s) or too long."""
    label = " ".join(label.split()) or url
    if not url.lower().startswith(("http://", "https://")) or len(url) > MAX_URL_CHARS or len(label) > MAX_LABEL_CHARS:
        return escape(label if label == url else f"{label} ({url})")
    address = "".join(IN_URL.get(character, character) for character in url).replace("&", "&amp;")
    return f"<{address}|{escape(label)}>"


def _blocks(nodes: list[SyntaxTreeNode], between: str = "\n\n") -> str:
    return between.join(shown for node in nodes if (shown := _block(node)))


def _block(node: SyntaxTreeNode) -> str:
    return BLOCKS.get(node.type, _nested)(node)


def _heading(node: SyntaxTreeNode) -> str:
    return _wrapped("*", _inline(node.children, bold=True))


def _code(node: SyntaxTreeNode) -> str:
    return f"```\n{escape(node.content.rstrip())}\n```"


def _quote(node: SyntaxTreeNode) -> str:
    return _indented(_blocks(node.children), "> ", "> ")


def _list(node: SyntaxTreeNode) -> str:
    return "\n".join(_item(node, number, item) for number, item in enumerate(node.children))


def _rule(_: SyntaxTreeNode) -> str:
    return "———"


def _paragraph(node: SyntaxTreeNode) -> str:
    return _inline(node.children)


def _nested(node: SyntaxTreeNode) -> str:
    return _blocks(node.children)


BLOCKS: dict[str, Callable[[SyntaxTreeNode], str]] = {
    "heading": _heading,
    "fence": _code,
    "code_block": _code,
    "blockquote": _quote,
    "bullet_list": _list,
    "ordered_list": _list,
    "hr": _rule,
    "paragraph": _paragraph,
    "inline": _paragraph,
}


def _item(parent: SyntaxTreeNode, number: int, item: SyntaxTreeNode) -> str:
    marker = "• " if parent.type == "bullet_list" else f"{int(parent.attrs.get('start', 1)) + number}. "
    return _indented(_blocks(item.children, "\n"), marker, "    ")


def _indented(text: str, first: str, others: str) -> str:
    """Put `first` before the first line and `others` before the rest, but leave code as it is: spaces count there."""
    lines, in_code = [], False
    for number, line in enumerate(text.split("\n")):
        lines.append(line if in_code and not others.strip() else (others if number else first) + line)
        in_code ^= line.endswith("```")
    return "\n".join(lines)


def _inline(nodes: list[SyntaxTreeNode], *, bold: bool = False) -> str:
    return "".join(_span(node, bold) for node in nodes)


def _span(node: SyntaxTreeNode, bold: bool) -> str:
    if mark := MARKS.get(node.type):
        text = _inline(node.children, bold=bold or mark == "*")
        return text if bold and mark == "*" else _wrapped(mark, text)
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    if node.type in ("link", "image"):
        return link(str(node.attrs.get("href") or node.attrs.get("src") or ""), _text(node))
    if node.children:
        return _inline(node.children, bold=bold)
    # A backtick can't stand in Slack's code span.
    is_code = node.type == "code_inline" and "`" not in node.content
    return _wrapped("`", escape(node.content)) if is_code else escape(node.content)


def _wrapped(mark: str, text: str) -> str:
    """Wrap each line: mrkdwn's marks don't reach over a line's end, and must touch the words."""
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(f"{mark}{line}{mark}" if line else "" for line in lines)


def _text(node: SyntaxTreeNode) -> str:
    """Give the words of a link's label, without formatting."""
    if not node.children:
        return " " if node.type in ("softbreak", "hardbreak") else node.content
    return "".join(_text(child) for child in node.children)

"""Markdown's blocks in a platform's markup: paragraphs, lists, code, quotes, tables. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from adapters.base import Reply
from adapters.dialect import Dialect
from adapters.line import Line, plain_words
from adapters.markdown import Node, clean, is_visible, parsed
from adapters.tables import Table, records
from adapters.unfinished import settled

FENCE = "```"
REPLACEMENT = "\ufffd"
_LANGUAGE = re.compile(r"[A-Za-z][A-Za-z+#.-]{0,19}")
_CELL_END = re.compile(r"(?<!\\)\|")


def laid_out(reply: Reply, dialect: Dialect) -> str:
    """Give the text in the platform's markup; never blank: whoever is answered gets to see something."""
    text = clean(reply.text)
    text = (settled(text) if reply.is_preview else text) or text
    nodes = parsed(text)
    shown = _Layout(dialect, text.split("\n")).blocks(nodes) if nodes is not None else ""
    # What is nested too deep, and what renders to nothing, such as "#", is shown as it was written.
    shown = shown.strip() or dialect.lines(line(text, dialect)).strip()
    return dialect.finished(shown) if is_visible(shown) else REPLACEMENT


def line(words: str, dialect: Dialect) -> str:
    """Give plain words in the platform's markup."""
    builder = Line(dialect)
    builder.text(words)
    return builder.finished()


class _Layout:
    def __init__(self, dialect: Dialect, source: list[str]) -> None:
        self._dialect = dialect
        self._source = source
        self._shown_by: dict[str, Callable[[Node], str]] = {
            "paragraph": self._paragraph,
            "inline": self._paragraph,
            "heading": self._heading,
            "bullet_list": self._list,
            "ordered_list": self._list,
            "fence": self._code,
            "code_block": self._code,
            "blockquote": self._quote,
            "table": self._table,
            "hr": self._rule,
        }

    def blocks(self, nodes: Iterable[Node], *, is_tight: bool = False) -> str:
        """Give the blocks below each other, with a blank line between those that had one."""
        shown = ""
        for node in nodes:
            block = self._block(node)
            if block.strip():
                gap = "\n" if is_tight or not self._follows_blank_line(node) else "\n\n"
                shown += gap + block if shown else block
        return shown

    def _follows_blank_line(self, node: Node) -> bool:
        return node.first_line > 0 and not self._source[node.first_line - 1].strip(" \t>")

    def _block(self, node: Node) -> str:
        show = self._shown_by.get(node.type)
        return show(node) if show else self.blocks(node.children)

    def _paragraph(self, node: Node) -> str:
        return self._dialect.lines(self._inline(node))

    def _rule(self, _: Node) -> str:
        return self._dialect.rule

    def _quote(self, node: Node) -> str:
        mark = self._dialect.quote
        return "\n".join(_set_in(self.blocks(node.children), mark, mark))

    def _list(self, node: Node) -> str:
        return "\n".join(self._item(node, number, item) for number, item in enumerate(node.children))

    def _inline(self, node: Node) -> str:
        builder = Line(self._dialect)
        builder.nodes(node.children)
        return builder.finished()

    def _heading(self, node: Node) -> str:
        # Where headings are bold, bold words in them need no mark.
        builder = Line(self._dialect, frozenset({self._dialect.marks.get("strong", "")}))
        builder.nodes(node.children)
        level, lines = int(node.token.tag[1:]), builder.finished().split("\n")
        return "\n".join(self._dialect.heading(level, words) for words in lines if words.strip())

    def _item(self, parent: Node, number: int, item: Node) -> str:
        is_bullet = parent.type == "bullet_list"
        marker = self._dialect.bullet if is_bullet else f"{int(parent.token.attrs.get('start', 1)) + number}. "
        lines = _set_in(self.blocks(item.children, is_tight=True), marker, " " * self._dialect.indent(marker))
        if lines[0].startswith(FENCE):
            lines.insert(0, marker.rstrip())
        return "\n".join(lines)

    def _code(self, node: Node) -> str:
        language, text = node.token.info.strip(), node.token.content.rstrip()
        if language and not _LANGUAGE.fullmatch(language):
            language, text = "", f"{language}\n{text}"
        return self._dialect.code_block(text, language) if text.strip() else line(language, self._dialect)

    def _table(self, node: Node) -> str:
        rows = [row for part in node.children for row in part.children]
        # To the parser every line up to the next blank one is a row.
        count = next((n for n, row in enumerate(rows) if n and "|" not in self._source[row.first_line]), len(rows))
        below = "".join("\n" + self._row(row) for row in rows[count:])
        return self._rows(rows[:count]) + self._dialect.lines(below)

    def _rows(self, rows: list[Node]) -> str:
        is_right = [str(cell.token.attrs.get("style", "")) == "text-align:right" for cell in rows[0].children]
        table = Table([self._cells(row) for row in rows], is_right)
        shown = self._dialect.table(table)
        return shown or "\n".join(self._dialect.bullet + line(record, self._dialect) for record in records(table))

    def _cells(self, row: Node) -> list[str]:
        return [*(plain_words(cell.children, with_addresses=True) for cell in row.children), *self._beyond(row)]

    def _row(self, row: Node) -> str:
        builder = Line(self._dialect)
        builder.nodes(row.children)
        builder.text("".join(f" {cell}" for cell in self._beyond(row)))
        return builder.finished()

    def _beyond(self, row: Node) -> list[str]:
        """Give the cells beyond the columns of the head, which the parser leaves out."""
        source = self._source[row.first_line].strip(" \t>")
        written = _CELL_END.split(source.removeprefix("|").removesuffix("|"))
        return [cell.strip() for cell in written[len(row.children) :]]


def _set_in(text: str, first: str, others: str) -> list[str]:
    """Put `first` before the first line and `others` before the rest, but leave code as it is: spaces count there, and
    a quote's mark would be part of it."""
    lines, in_code = [], False
    for number, words in enumerate(text.split("\n")):
        is_fence = words.startswith(FENCE)
        lines.append(words if in_code or is_fence else (others if number else first) + words)
        in_code ^= is_fence
    return lines

"""The blocks that a Markdown text is made of: headings, paragraphs, lists, tables, code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pyromark
from pyromark import Options

# A document of 20 MB of prose has 500,000 events; one made of ">" or "[" has 40 million, of 4 µs each.
MAX_EVENTS = 1_000_000
# Parsed at once: what the parser holds of 20 MB of ">" is a gigabyte.
PORTION_BYTES = 1_000_000
# Nobody writes longer ones.
MAX_HEADING_CHARS = 500
MAX_HEADING_EVENTS = 500

_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_HEADING_ATTRIBUTES
_TEXT_EVENTS = ("Text", "Code")
_BREAKS = ("SoftBreak", "HardBreak")

Kind = Literal["prose", "list", "table", "code"]


@dataclass(frozen=True, slots=True)
class Heading:
    """`anchor` is the one that is written with it (`{#hours}`), "" if none."""

    level: int
    title: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Block:
    """A block's source. `parts`: a table's head and its rows, a list's items; of other kinds nothing."""

    kind: Kind
    text: str
    parts: tuple[str, ...] = ()


def blocks(
    markdown: str, *, max_events: int = MAX_EVENTS, portion_bytes: int = PORTION_BYTES
) -> Iterator[Heading | Block]:
    """The headings and blocks of the document itself, in order: those in quotes and lists belong to their block. Rules
    and comments are left out, nothing else. It takes a time that is proportional to the text, whatever that is: what
    comes after `max_events` marks is one block of prose."""
    source = markdown.encode("utf-8", "replace")
    start, budget = 0, max_events
    while start < len(source) and budget > 0:
        portion = source[start : start + portion_bytes].decode("utf-8", "ignore")
        found = _Portion(portion.encode(), is_last=start + portion_bytes >= len(source))
        yield from found.read(portion, budget)
        start += found.end
        budget -= found.events
    yield from _prose(source[start:])


class _Portion:
    """Reads one portion of a document. The last block in it may go on in the next one, and is left to that, unless it
    is all that there is. `end`: how far it was read, in bytes."""

    def __init__(self, source: bytes, *, is_last: bool) -> None:
        self._source = source
        self._is_last = is_last
        self.events = 0
        self.end = 0

    def read(self, text: str, budget: int) -> Iterator[Heading | Block]:
        waiting: Heading | Block | None = None
        waiting_start = 0
        for start, end, block in self._found(text, budget):
            yield from _present(waiting)
            yield from _prose(self._source[self.end : start])  # what no block covers: definitions of links
            waiting, waiting_start, self.end = block, start, end
        if self._is_last and self.events < budget:
            yield from _present(waiting)
            yield from _prose(self._source[self.end :])
            self.end = len(self._source)
        elif waiting_start > 0:
            self.end = waiting_start
        else:
            yield from _present(waiting)
            yield from _prose(self._source[self.end :])
            self.end = len(self._source)

    def _found(self, text: str, budget: int) -> Iterator[tuple[int, int, Heading | Block | None]]:
        """Each block with its place in bytes; None for one to leave out."""
        kept: list[tuple[Any, Any]] = []
        depth = 0
        for event, place in pyromark.events_with_range(text, options=_OPTIONS):
            self.events += 1
            if self.events >= budget:
                return
            name = next(iter(event)) if isinstance(event, dict) else event
            if depth <= 1 or len(kept) < MAX_HEADING_EVENTS:
                kept.append((event, place) if depth <= 1 else (event, None))
            depth += (name == "Start") - (name == "End")
            if depth == 0:
                yield kept[0][1]["start"], kept[0][1]["end"], self._block(kept)
                kept = []

    def _block(self, events: list[tuple[Any, Any]]) -> Heading | Block | None:
        first, place = events[0]
        if not isinstance(first, dict):
            return None  # a rule
        tag: Any = first.get("Start")
        kind = next(iter(tag)) if isinstance(tag, dict) else tag
        if kind == "Heading":
            return Heading(int(tag["Heading"]["level"][1]), _title(events), tag["Heading"]["id"] or "")
        text = _decoded(self._source, place["start"], place["end"])
        if kind == "CodeBlock":
            line = self._source.rfind(b"\n", 0, place["start"]) + 1
            indent = self._source[line : place["start"]].decode("utf-8", "ignore")
            return Block("code", text if indent.strip() else indent + text)
        if kind == "Table":
            return Block("table", text, self._parts(events, ("TableHead", "TableRow")))
        if kind == "List":
            return Block("list", text, self._parts(events, ("Item",)))
        is_comment = kind == "HtmlBlock" and text.startswith("<!--") and text.endswith("-->")
        return None if is_comment else Block("prose", text)

    def _parts(self, events: list[tuple[Any, Any]], tags: tuple[str, ...]) -> tuple[str, ...]:
        """The source of each direct child with one of the tags; a table's head with the line below it."""
        children = [
            place for event, place in events[1:] if place and isinstance(event, dict) and event.get("Start") in tags
        ]
        starts = [place["start"] for place in children]
        ends = [*starts[1:], events[0][1]["end"]]
        return tuple(_decoded(self._source, start, end) for start, end in zip(starts, ends, strict=True))


def _decoded(source: bytes, start: int, end: int) -> str:
    return source[start:end].decode("utf-8", "ignore").rstrip()


def _present(block: Heading | Block | None) -> Iterator[Heading | Block]:
    if isinstance(block, Heading) or (block is not None and block.text.strip()):
        yield block


def _prose(source: bytes) -> Iterator[Block]:
    text = source.decode("utf-8", "ignore").strip("\n")
    if text.strip():
        yield Block("prose", text)


def _title(events: list[tuple[Any, Any]]) -> str:
    """The heading as a reader sees it: emphasis, links and code marks taken off."""
    texts: list[str] = []
    for event, _ in events:
        if event in _BREAKS:
            texts.append(" ")
        elif isinstance(event, dict):
            texts += [event[name] for name in _TEXT_EVENTS if name in event]
    return " ".join("".join(texts).split())[:MAX_HEADING_CHARS]

"""What differs between an answer then and now, as people read it on a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.excerpt import excerpt
from assistant.explaining.outcome import FoundChunk, Outcome, Replay
from assistant.explaining.terminal_text import shown, visible

GONE, NEW = "red strike", "green"
MAX_QUESTION_CHARS = 60
# Words with the blanks behind them; each character of scripts without blanks.
_PIECE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+\s*|\s+")


def similarity(before: str, after: str) -> float:
    """How much of the words both texts share in the same order, in [0, 1] (difflib's ratio)."""
    return SequenceMatcher(None, _PIECE.findall(before), _PIECE.findall(after), autojunk=False).ratio()


def difference(replay: Replay) -> RenderableType:
    """What was asked, and what changed; what did not is shown once."""
    before, after = replay.before, replay.after
    facts = Table("", "then", "now", box=None, pad_edge=False, show_header=False)
    for name, old, new in _facts(before, after):
        same = old == new
        facts.add_row(name, shown(old or "–", "" if same else "red"), shown("same" if same else new or "–", NEW))
    parts: list[RenderableType] = [
        shown(f"message {replay.message_id}: {replay.question}", "bold"),
        Padding(facts, (0, 0, 0, 2)),
        Padding(_changes(before.text, after.text), (0, 0, 0, 4)),
        Padding(_chunks(before.chunks, after.chunks), (0, 0, 0, 2)),
        Padding(_timings(before.timings_s, after.timings_s), (0, 0, 0, 2)),
        Text(),
    ]
    return Group(*parts)


def summary(replays: Iterable[Replay]) -> Table:
    """A line for each question."""
    table = Table("message", "question", "then", "now", "same words", "same passages", "then s", "now s")
    for replay in replays:
        before, after = replay.before, replay.after
        table.add_row(
            str(replay.message_id),
            shown(excerpt(replay.question, MAX_QUESTION_CHARS)),
            before.decision,
            Text(after.decision, style="" if after.decision == before.decision else "yellow"),
            f"{similarity(before.text, after.text):.0%}",
            f"{len(_ids(before) & _ids(after))} of {len(_ids(before) | _ids(after))}",
            _total(before),
            _total(after),
        )
    return table


def _facts(before: Outcome, after: Outcome) -> Iterator[tuple[str, str, str]]:
    yield "decision", before.decision, after.decision
    yield "searched", " | ".join(before.searched), " | ".join(after.searched)
    yield "template", before.prompt_version, after.prompt_version
    yield "model", before.model_id, after.model_id


def _changes(before: str, after: str) -> Text:
    """The new text, with what is gone struck out and what is new in green."""
    old, new = _PIECE.findall(visible(before)), _PIECE.findall(visible(after))
    text = Text()
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            text.append("".join(new[new_from:new_to]))
            continue
        text.append("".join(old[old_from:old_to]), style=GONE)
        text.append("".join(new[new_from:new_to]), style=NEW)
    return text


def _chunks(before: Sequence[FoundChunk], after: Sequence[FoundChunk]) -> Table:
    table = Table("passage", "then", "now", "from", box=None, pad_edge=False)
    places = [{chunk.chunk_id: (place, chunk) for place, chunk in enumerate(each, 1)} for each in (before, after)]
    for chunk_id in dict.fromkeys(chunk.chunk_id for chunk in (*after, *before)):
        then, now = (found.get(chunk_id) for found in places)
        chunk = (now or then or (0, before[0]))[1]
        style = "" if then and now else NEW if now else "red"
        table.add_row(shown(chunk.title, style), _place(then), _place(now), shown(chunk.uri))
    return table


def _place(found: tuple[int, FoundChunk] | None) -> str:
    return f"{found[0]}. at {found[1].distance:.3f}" if found else "–"


def _timings(before: Mapping[str, float], after: Mapping[str, float]) -> Table:
    table = Table("seconds", "then", "now", box=None, pad_edge=False)
    for step in dict.fromkeys((*before, *after)):
        table.add_row(step, *(f"{each[step]:.3f}" if step in each else "–" for each in (before, after)))
    return table


def _ids(outcome: Outcome) -> set[int]:
    return {chunk.chunk_id for chunk in outcome.chunks}


def _total(outcome: Outcome) -> str:
    """Steps that lie within another one (tokenize, in fit) don't count twice."""
    taken_s = [taken for step, taken in outcome.timings_s.items() if step != "tokenize"]
    return f"{sum(taken_s):.2f}" if taken_s else "–"

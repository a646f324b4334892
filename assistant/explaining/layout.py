"""An explanation as people read it on a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.explaining.explanation import Explanation, Sent, Traced, UsedChunk
from assistant.explaining.terminal_text import shown, visible
from assistant.explaining.verdict import because

BAR_CHARS = 30
_TIME = "%Y-%m-%d %H:%M:%S"


def laid_out(explanation: Explanation, *, with_prompt: bool) -> RenderableType:
    """The explanation, section by section; the whole prompt on demand. What people wrote is never markup."""
    sections: list[RenderableType] = [*_section("asked", _asked(explanation))]
    if explanation.reply is None:
        sections += _section("answered", [shown(because(explanation))])
    else:
        sections += _section("answered", _answered(explanation))
    trace = explanation.trace
    if trace is not None:
        sections += _section("found", _found(trace))
        sections += _section("made by", _made(trace, with_prompt=with_prompt))
        sections += _section("seconds", [_bars(trace.timings_s)] if trace.timings_s else [])
    sections += _section("shown", [_sent(each) for each in explanation.deliveries])
    sections += _section("humans", _humans(explanation))
    return Group(*sections)


def _section(title: str, parts: Iterable[RenderableType]) -> list[RenderableType]:
    found = list(parts)
    return [shown(title, style="bold"), *(Padding(part, (0, 0, 0, 2)) for part in found), Text()] if found else []


def _asked(explanation: Explanation) -> Iterator[RenderableType]:
    asked = explanation.asked
    place = " ".join(filter(None, (asked.platform, asked.workspace, asked.channel, asked.thread)))
    also = f", with {', '.join(map(str, asked.joined))}" if asked.joined else ""
    yield shown(f"message {asked.message_id}{also} by {asked.author_name or asked.author_id}")
    yield shown(f"{_time(asked.sent_at)} in {place}; {asked.state}; knowledge set {asked.knowledge_set}")
    if asked.erased_at:
        yield shown(f"(its text was erased {_time(asked.erased_at)})", style="italic")
    elif asked.command:
        yield shown(f"/{asked.command} {asked.text}".rstrip())
    else:
        yield _quoted(asked.text)
    if asked.attachments:
        yield shown(f"with {', '.join(asked.attachments)}")
    for text in explanation.trace.searched if explanation.trace else ():
        yield shown("searched as ").append(visible(text), style="cyan")


def _answered(explanation: Explanation) -> Iterator[RenderableType]:
    reply = explanation.reply
    if reply is None:
        return
    yield shown(f"reply {reply.reply_id}, {_time(reply.created_at)}: ").append(reply.decision, style="bold")
    yield shown(because(explanation))
    if reply.is_withdrawn:
        yield shown("withdrawn: documents behind it were changed or removed since, or somebody was forgotten", "yellow")
    yield _quoted(reply.text) if reply.text else shown("(its text was erased)", style="italic")
    if any(reply.ratings.values()):
        yield shown(f"rated: {reply.ratings['up']} up, {reply.ratings['down']} down")


def _found(trace: Traced) -> Iterator[RenderableType]:
    if trace.chunks:
        yield _passages(trace.chunks)
    if trace.gate:
        yield shown("gate: " + ", ".join(f"{name} {_value(value)}" for name, value in sorted(trace.gate.items())))


def _passages(chunks: Iterable[UsedChunk]) -> Table:
    table = Table("", "distance", "passage", "from", "now", box=None, pad_edge=False)
    for chunk in chunks:
        mark = f"[{chunk.number}]{'*' if chunk.is_cited else ''}" if chunk.number else ""
        distance = f"{chunk.distance:.3f}"
        if chunk.rerank_distance is not None:
            distance += f" (reranked {chunk.rerank_distance:.3f})"
        # As Text: what documents say is no markup.
        title = shown(" > ".join(dict.fromkeys(filter(None, (chunk.title, chunk.heading)))))
        now = shown(chunk.state, style="" if chunk.state == "as it was" else "yellow")
        table.add_row(shown(mark), distance, title, shown(chunk.uri), now)
    return table


def _made(trace: Traced, *, with_prompt: bool) -> Iterator[RenderableType]:
    if trace.prompt_version:
        yield shown(f"template {trace.prompt_version}")
    if trace.model_id:
        yield shown(f"model {trace.model_id}")
    if trace.parameters:
        facts = (f"{name} {_value(value)}" for name, value in sorted(trace.parameters.items()) if value is not None)
        yield shown(", ".join(facts))
    if trace.checks:
        yield shown("checks: " + json.dumps(trace.checks, ensure_ascii=False))
    if trace.prompt and with_prompt:
        yield shown("prompt:")
        yield _quoted(trace.prompt)
    elif trace.prompt:
        yield shown(f"prompt of {len(trace.prompt)} characters: --prompt shows it", style="dim")
    elif trace.prompt_version:
        yield shown("(its prompt was erased)", style="italic")


def _bars(timings_s: Mapping[str, float]) -> Table:
    table = Table("", "", "", box=None, pad_edge=False, show_header=False)
    longest = max(timings_s.values())
    for step, taken_s in timings_s.items():
        share = taken_s / longest if longest else 0.0
        table.add_row(step, f"{taken_s:.3f}", shown("█" * max(1, round(share * BAR_CHARS)), style="blue"))
    return table


def _sent(delivery: Sent) -> Text:
    kind = "reply" if delivery.is_reply else "word of a human agent"
    ids = ", ".join(filter(None, delivery.platform_message_ids))
    text = f"{kind} (delivery {delivery.delivery_id}): {delivery.state}, {_time(delivery.updated_at)}"
    text += f", attempts {delivery.attempts}, parts {delivery.parts_sent}" + (f", as {ids}" if ids else "")
    return shown(f"{text}; {delivery.error}" if delivery.error else text)


def _humans(explanation: Explanation) -> Iterator[Text]:
    for handoff in explanation.handoffs:
        came = f"a human wrote {_time(handoff.human_since)}" if handoff.human_since else "no human wrote"
        ended = f"ended {_time(handoff.closed_at)} ({handoff.closed_by})" if handoff.closed_at else "not ended"
        yield shown(f"handed over {_time(handoff.opened_at)} ({handoff.reason}); {came}; {ended}")


def _quoted(text: str) -> Padding:
    return Padding(shown(text, style="green"), (0, 0, 0, 2))


def _value(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False, default=str)


def _time(time: datetime) -> str:
    return time.strftime(_TIME)

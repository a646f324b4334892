"""What the commands print: lines for people, or one JSON object a line for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from assistant.json_lines import json_line
from assistant.progress_bars import bars
from assistant.vector_store.base import RetrievedChunk, StoredDocument
from assistant.vector_store.scope import EVERYONE
from ingest import outcome as told
from ingest.errors import shown

if TYPE_CHECKING:
    from ingest.outcome import Outcome
    from ingest.sync_run import Change, Summary

PREVIEW_CHARS = 300


def print_json(value: dict[str, object]) -> None:
    click.echo(json_line(value))


def print_error(message: str) -> None:
    """One line on standard error."""
    click.echo(f"ingest: error: {' '.join(message.split())}", err=True)


def print_outcome(outcome: Outcome, *, as_json: bool, status: str = "added") -> None:
    """A stored document on standard output; a refused one on standard error, and with JSON on both; so are notes."""
    print_notes(outcome.notes)
    if outcome.error is not None:
        print_error(str(outcome.error))
        if as_json:
            print_json({"uri": outcome.uri, "status": "failed", "error": " ".join(str(outcome.error).split())})
    elif as_json:
        stored: dict[str, object] = {"uri": outcome.uri, "status": status, "title": outcome.title}
        notes = {"notes": list(outcome.notes)} if outcome.notes else {}
        print_json({**stored, "chunks": outcome.chunk_count, "embedded": outcome.new_chunks, **notes})
    else:
        new = f", {outcome.new_chunks} new" if outcome.new_chunks != outcome.chunk_count else ""
        click.echo(f"{status} {shown(outcome.uri)} ({_count(outcome.chunk_count, 'chunk')}{new})")


def print_notes(notes: Sequence[str]) -> None:
    """What was left out, on standard error."""
    for note in notes:
        click.echo(f"ingest: {note}", err=True)


def print_change(change: Change, *, as_json: bool) -> None:
    """What became of one document in a sync, or would become of it."""
    if change.outcome is not None:
        print_outcome(change.outcome, as_json=as_json, status=change.status)
    elif as_json:
        print_json({"uri": change.uri, "status": change.status})
    else:
        click.echo(f"{change.status} {shown(change.uri)}")


def print_summary(summary: Summary, *, is_plan: bool, as_json: bool) -> None:
    """The figures of a sync: a table, or with JSON one more object, which has no uri."""
    figures = asdict(summary)
    if as_json:
        print_json({"status": "planned" if is_plan else "synced", **figures})
        return
    table = Table(*(name.replace("_", " ") for name in figures), title="would be" if is_plan else None)
    table.add_row(*(f"{value:,}" if isinstance(value, int) else f"{value:.1f}" for value in figures.values()))
    Console().print(table)


def print_document(stored: StoredDocument, *, as_json: bool) -> None:
    document = stored.document
    if as_json:
        print_json(
            {
                "uri": document.uri,
                "title": document.title,
                "chunks": stored.chunk_count,
                "tags": dict(document.tags),
                "audience": list(document.audience),
                "content_hash": document.content_hash,
                "updated_at": stored.updated_at.isoformat(),
            }
        )
    else:
        facts = [f"{name}={value}" for name, value in document.tags]
        if document.audience != (EVERYONE,):
            facts.append(f"for {', '.join(document.audience)}")
        told_facts = "".join(f" {fact}" for fact in facts)
        line = f"{document.uri}  {_count(stored.chunk_count, 'chunk')}  {stored.updated_at:%Y-%m-%d %H:%M}{told_facts}"
        click.echo(shown(line))


def print_removal(uri: str, *, removed: bool, as_json: bool) -> None:
    """What became of one document that was to be removed."""
    if not removed:
        print_error(f"{shown(uri)} is not in the knowledge set: `ingest list` shows what is")
    if as_json:
        print_json({"uri": uri, "status": "removed" if removed else "missing"})
    elif removed:
        click.echo(f"removed {shown(uri)}")


def print_hits(hits: Sequence[RetrievedChunk], knowledge_set: str, *, as_json: bool) -> None:
    """What a search found, nearest first."""
    if not hits:
        click.echo(
            f"ingest: knowledge set {shown(knowledge_set)!r} holds nothing: `ingest add` documents first", err=True
        )
    for hit, entry in zip(hits, hits_as_json(hits), strict=True):
        if as_json:
            print_json(entry)
        else:
            _print_hit(hit)


def _print_hit(hit: RetrievedChunk) -> None:
    """For people: where it stands, how far it is, and its beginning."""
    heading = f" > {hit.subheading}" if hit.subheading else ""
    click.echo(click.style(shown(f"{hit.distance:.3f}  {hit.title}{heading}"), bold=True))
    click.echo(shown(f"       {hit.uri}{'#' if hit.anchor else ''}{hit.anchor}"))
    preview = " ".join(hit.text.split())
    click.echo(f"       {shown(preview[:PREVIEW_CHARS])}{'…' if len(preview) > PREVIEW_CHARS else ''}")


def hits_as_json(hits: Sequence[RetrievedChunk]) -> list[dict[str, object]]:
    """As `ingest search --json` gives them."""
    return [
        {
            "uri": hit.uri,
            "title": hit.title,
            "heading": hit.heading,
            "anchor": hit.anchor,
            "text": hit.text,
            "distance": hit.distance,
        }
        for hit in hits
    ]


class _Bar(told.Progress):
    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self._total = 0

    def split(self, chunk_count: int) -> None:
        self._total += chunk_count
        self._bar.update(self._task, total=self._total)

    def embedded(self, chunk_count: int) -> None:
        self._bar.advance(self._task, chunk_count)


@contextmanager
def progress_bar() -> Iterator[told.Progress]:
    """A bar of the chunks embedded, on standard error where that is a terminal; else nothing is shown."""
    with bars() as shown_bars:
        yield _Bar(shown_bars, shown_bars.add_task("embedding", total=None)) if shown_bars else told.Progress()


@contextmanager
def count_bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how many of how many are done, shown likewise."""
    with bars() as shown_bars:
        if shown_bars is None:
            yield lambda done, total: None
        else:
            bar, task = shown_bars, shown_bars.add_task(name, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def print_moved(names: Sequence[str], model: str, embedded: int, *, as_json: bool) -> None:
    """That knowledge sets are searched by another model now."""
    if as_json:
        print_json({"knowledge_sets": list(names), "embedding_model": model, "embedded": embedded})
        return
    sets = ", ".join(map(shown, names))
    click.echo(f"moved {sets} to {shown(model)} ({_count(embedded, 'chunk')} embedded)")
    click.echo(f"ingest: to add documents from now on, set EMBEDDING_MODEL={shown(model)}, or leave it unset", err=True)

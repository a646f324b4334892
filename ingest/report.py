"""What the commands print: lines for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from assistant.vector_store.base import RetrievedChunk, StoredDocument
from ingest import pipeline
from ingest.errors import shown

PREVIEW_CHARS = 300


def print_json(value: dict[str, object]) -> None:
    """One line. What JSON itself can't hold (half a character pair) is escaped, so that it never fails."""
    click.echo(json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def print_error(message: str) -> None:
    """One line on standard error."""
    click.echo(f"ingest: error: {' '.join(message.split())}", err=True)


def print_outcome(outcome: pipeline.Outcome, *, as_json: bool) -> None:
    """A stored document on standard output; a refused one on standard error, and with JSON on both; so are notes."""
    for note in outcome.notes:
        click.echo(f"ingest: {note}", err=True)
    if outcome.error is not None:
        print_error(str(outcome.error))
        if as_json:
            print_json({"uri": outcome.uri, "status": "failed", "error": " ".join(str(outcome.error).split())})
    elif as_json:
        added: dict[str, object] = {"uri": outcome.uri, "status": "added", "title": outcome.title}
        notes = {"notes": list(outcome.notes)} if outcome.notes else {}
        print_json({**added, "chunks": outcome.chunk_count, **notes})
    else:
        click.echo(f"added {shown(outcome.uri)} ({_count(outcome.chunk_count, 'chunk')})")


def print_skipped(skipped: Counter[str]) -> None:
    """How many files of folders were passed over, by kind; nothing where none was."""
    if skipped:
        kinds = ", ".join(f"{shown(kind)}: {count}" for kind, count in sorted(skipped.items()))
        click.echo(f"ingest: passed over {_count(skipped.total(), 'file')} in folders ({kinds})", err=True)


def print_document(document: StoredDocument, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "uri": document.uri,
                "title": document.title,
                "chunks": document.chunk_count,
                "tags": dict(document.tags),
                "content_hash": document.content_hash,
                "updated_at": document.updated_at.isoformat(),
            }
        )
    else:
        tags = "".join(f" {name}={value}" for name, value in document.tags)
        line = f"{document.uri}  {_count(document.chunk_count, 'chunk')}  {document.updated_at:%Y-%m-%d %H:%M}{tags}"
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


class _Bar(pipeline.Progress):
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
def progress_bar() -> Iterator[pipeline.Progress]:
    """A bar of the chunks embedded, on standard error where that is a terminal; else nothing is shown."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield pipeline.Progress()
        return
    columns = (TextColumn("embedding"), BarColumn(), MofNCompleteColumn(), TextColumn("chunks"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield _Bar(bar, bar.add_task("embedding", total=None))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

"""The `ingest` command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from assistant import __version__
from assistant.command_line import CommandGroup
from assistant.errors import ConfigurationError
from ingest import report
from ingest.errors import IngestError
from ingest.wiring import Knowledge, open_knowledge

if TYPE_CHECKING:
    from ingest.pipeline import Destination, Outcome
    from ingest.split import SplitOptions

knowledge_set_option = click.option(
    "--knowledge-set", metavar="NAME", help="Knowledge set; default: ASSISTANT_KNOWLEDGE_SET, or 'default'."
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object a line, and nothing else on standard output."
)


@click.group(cls=CommandGroup, name="ingest")
@click.version_option(__version__, prog_name="llamadesk")
def main() -> None:
    """Take the documents in that the assistant answers from.

    A document is known by its file's absolute path: adding it again replaces it.
    """


@main.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@knowledge_set_option
@click.option("--tag", "tags", metavar="KEY=VALUE", multiple=True, help="Note this with each document; repeatable.")
@click.option("--chunk-tokens", type=click.IntRange(min=32), help="Longest chunk; default: ASSISTANT_CHUNK_TOKENS.")
@click.option("--chunk-overlap", type=click.IntRange(min=0), help="Shared tokens; default: ASSISTANT_CHUNK_OVERLAP.")
@json_option
def add(
    *,
    paths: tuple[str, ...],
    knowledge_set: str | None,
    tags: tuple[str, ...],
    chunk_tokens: int | None,
    chunk_overlap: int | None,
    as_json: bool,
) -> None:
    """Add files, or all supported files below folders: Markdown, HTML, plain text, and CSV with the columns question
    and answer. Exit code 1 if any was refused; the others are added."""
    try:
        from ingest.files import find_files
        from ingest.pipeline import Destination, Outcome
        from ingest.split import SplitOptions
    except ModuleNotFoundError as missing:
        raise ConfigurationError(f"{missing.name} is missing: pip install 'llamadesk[worker]'") from missing
    named_tags = _tags(tags)
    found = find_files(list(paths))
    failed = bool(found.errors)
    for uri, error in found.errors:
        report.print_outcome(Outcome(uri, error=error), as_json=as_json)
    if found.paths:
        with _knowledge() as knowledge:
            settings = knowledge.settings
            overlap = settings.chunk_overlap if chunk_overlap is None else chunk_overlap
            options = SplitOptions(chunk_tokens or settings.chunk_tokens, overlap)
            destination = Destination(knowledge.store, knowledge_set or settings.knowledge_set, named_tags)
            for outcome in _taken_in(knowledge, found.paths, options, destination):
                report.print_outcome(outcome, as_json=as_json)
                failed = failed or outcome.error is not None
    report.print_skipped(found.skipped)
    if failed:
        sys.exit(1)


@main.command(name="list")
@knowledge_set_option
@json_option
def list_documents(*, knowledge_set: str | None, as_json: bool) -> None:
    """List the documents of a knowledge set."""
    with _knowledge() as knowledge:
        for document in knowledge.store.documents(knowledge_set or knowledge.settings.knowledge_set):
            report.print_document(document, as_json=as_json)


@main.command()
@click.argument("uris", metavar="URI...", nargs=-1, required=True)
@knowledge_set_option
@json_option
def remove(*, uris: tuple[str, ...], knowledge_set: str | None, as_json: bool) -> None:
    """Remove documents, named as `ingest list` shows them or by their path from here. Exit code 1 if one is missing."""
    from ingest.uris import document_uri

    missing = False
    with _knowledge() as knowledge:
        name = knowledge_set or knowledge.settings.knowledge_set
        for uri in uris:
            known = [known for known in dict.fromkeys((uri, document_uri(uri))) if _removed(knowledge, name, known)]
            missing = missing or not known
            report.print_removal(known[0] if known else uri, removed=bool(known), as_json=as_json)
    if missing:
        sys.exit(1)


@main.command()
@click.argument("query", required=False)
@click.option("--queries", type=click.Path(path_type=Path), metavar="FILE", help='JSON Lines: {"id": …, "query": "…"}.')
@click.option("--top-k", type=click.IntRange(1, 100), default=5, show_default=True, help="Chunks for a query.")
@knowledge_set_option
@json_option
def search(*, query: str | None, queries: Path | None, top_k: int, knowledge_set: str | None, as_json: bool) -> None:
    """Show the chunks that the assistant would find for QUERY, or for each query of a file."""
    from ingest.queries import Query, read_queries, search_all

    if (query is None) == (queries is None):
        raise click.UsageError("give either a query or --queries FILE")
    if queries is not None and not as_json:
        raise click.UsageError("--queries needs --json")
    if query is not None and not query.strip():
        raise IngestError('the query is empty: write it after the command, in quotes: ingest search "…"')
    wanted = read_queries(queries) if queries is not None else [Query("", query or "")]
    with _knowledge() as knowledge:
        name = knowledge_set or knowledge.settings.knowledge_set
        for asked, hits in search_all(wanted, knowledge.embedder, knowledge.store, name, top_k):
            if queries is not None:
                report.print_json({"id": asked.id, "results": report.hits_as_json(hits)})
            else:
                report.print_hits(hits, name, as_json=as_json)


@contextmanager
def _knowledge() -> Iterator[Knowledge]:
    """What takes time at the start is told on standard error where that is a terminal."""
    console = Console(stderr=True)
    with console.status("starting") as status, open_knowledge(status.update) as knowledge:
        status.stop()
        yield knowledge


def _taken_in(
    knowledge: Knowledge, paths: list[Path], options: SplitOptions, destination: Destination
) -> Iterator[Outcome]:
    """What becomes of each file; a bar shows the progress."""
    from ingest.pipeline import Pipeline
    from ingest.split import Splitter

    splitter = Splitter(knowledge.embedder, options)
    pipeline = Pipeline(knowledge.embedder, splitter, destination, knowledge.settings.max_document_mb)
    with report.progress_bar() as progress:
        yield from pipeline.run(paths, progress)


def _removed(knowledge: Knowledge, knowledge_set: str, uri: str) -> bool:
    return knowledge.store.remove_document(knowledge_set, uri)


def _tags(values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = [value.partition("=") for value in values]
    for (name, separator, _), value in zip(pairs, values, strict=True):
        if not separator or not name.strip():
            raise click.BadParameter(f"{value!r} is not of the form key=value", param_hint="--tag")
    return tuple((name.strip(), content.strip()) for name, _, content in pairs)

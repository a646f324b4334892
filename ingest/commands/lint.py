"""`ingest lint`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest import report
from ingest.commands.options import json_option, knowledge_sets_option

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.vector_store.base import ChunkSearch
    from ingest.errors import IngestError
    from ingest.lint.dead_links import DeadLinks
    from ingest.lint.finding import Finding
    from ingest.lint.run import LintParts
    from ingest.lint.stored_chunks import StoredChunks
    from ingest.wiring import Knowledge

# As in ingest/lint/finding.py, which needs the store: help is to be quick.
_KINDS = ("contradiction", "unanswered", "dead link", "unreachable", "duplicate")


@click.command()
@knowledge_sets_option
@click.option(
    "--questions",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help='What people asked, as JSON Lines: {"id": …, "query": "…"}; tells what the documents don\'t answer.',
)
@click.option("--links/--no-links", default=True, show_default=True, help="Look where links lead.")
@click.option(
    "--fail-on",
    type=click.Choice(_KINDS),
    multiple=True,
    metavar="KIND",
    help=f"Exit code 1 if there is any; repeatable: {', '.join(_KINDS)}.",
)
@json_option
def lint(
    *, knowledge_sets: tuple[str, ...], questions: Path | None, links: bool, fail_on: tuple[str, ...], as_json: bool
) -> None:
    """Tell what to mend in the documents: contradictions, gaps, dead links, what is never found, duplicates.

    What is found is a suspicion by rules; a person decides. Nothing is changed.
    """
    from ingest.lint.progress import lint_progress
    from ingest.lint.run import lint as run
    from ingest.queries import read_queries
    from ingest.wiring import opened

    asked = [query.text for query in read_queries(questions)] if questions is not None else []
    with opened() as knowledge, knowledge.search() as search:
        parts = _parts(knowledge, search, knowledge_sets, asked, links=links)
        with lint_progress() as progress:
            findings = run(parts, progress)
    _print(findings, as_json=as_json)
    if parts.dead_links is not None:
        report.print_notes(parts.dead_links.notes())
    if any(finding.kind in fail_on for finding in findings):
        sys.exit(1)


def _parts(
    knowledge: Knowledge, search: ChunkSearch, names: Sequence[str], questions: Sequence[str], *, links: bool
) -> LintParts:
    from assistant import wiring
    from ingest.lint.limits import Limits
    from ingest.lint.run import LintParts
    from ingest.lint.stored_chunks import StoredChunks

    settings = knowledge.settings
    scope = knowledge.scope(names)
    sets = knowledge.sets(scope.knowledge_sets)
    embedder = knowledge.embedder(sets[0])
    chunks = StoredChunks(knowledge.pool, sets)
    return LintParts(
        chunks=chunks,
        embedder=embedder,
        search=search,
        knowledge_sets=scope.knowledge_sets,
        limits=Limits.of(settings, embedder.model_name),
        dead_links=_dead_links(chunks, settings, asks=links),
        reranker=wiring.reranker(settings) if questions else None,
        questions=questions,
    )


def _dead_links(chunks: StoredChunks, settings: Settings, *, asks: bool) -> DeadLinks | None:
    if not asks:
        return None
    from ingest.lint.dead_links import DeadLinks
    from ingest.lint.link_targets import LinkTargets
    from ingest.web import FetchOptions, dead_links

    options = FetchOptions.of(settings)

    def check(addresses: Sequence[str]) -> Mapping[str, IngestError]:
        return dead_links(addresses, options)

    return DeadLinks(LinkTargets(chunks.documents()), check)


def _print(findings: Sequence[Finding], *, as_json: bool) -> None:
    from rich.console import Console

    from ingest.lint.tables import as_json as finding_as_json
    from ingest.lint.tables import print_findings

    if as_json:
        for finding in findings:
            report.print_json(finding_as_json(finding))
    elif findings:
        print_findings(findings, Console())
    else:
        click.echo("nothing to mend was found")

"""`ingest search`."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from assistant.vector_store.base import Ways
from ingest import report
from ingest.commands.options import json_option, knowledge_sets_option, named_audience, named_tags


@click.command()
@click.argument("query", required=False)
@click.option("--queries", type=click.Path(path_type=Path), metavar="FILE", help='JSON Lines: {"id": …, "query": "…"}.')
@click.option("--top-k", type=click.IntRange(1, 100), default=5, show_default=True, help="Passages for a query.")
@click.option("--tag", "tags", metavar="KEY=VALUE", multiple=True, help="Only documents with this tag; repeatable.")
@click.option("--audience", metavar="NAME", multiple=True, help="Search as somebody of this audience; repeatable.")
@click.option(
    "--ways", type=click.Choice(get_args(Ways)), default="fused", show_default=True, help="What finds the passages."
)
@knowledge_sets_option
@json_option
def search(
    *,
    query: str | None,
    queries: Path | None,
    top_k: int,
    tags: tuple[str, ...],
    audience: tuple[str, ...],
    ways: Ways,
    knowledge_sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show the passages that the assistant would find for QUERY, or for each query of a file."""
    from assistant.vector_store.scope import EVERYONE
    from ingest.errors import IngestError
    from ingest.queries import Query, read_queries, search_all
    from ingest.wiring import opened

    if (query is None) == (queries is None):
        raise click.UsageError("give either a query or --queries FILE")
    if queries is not None and not as_json:
        raise click.UsageError("--queries needs --json")
    if query is not None and not query.strip():
        raise IngestError('the query is empty: write it after the command, in quotes: ingest search "…"')
    wanted = read_queries(queries) if queries is not None else [Query("", query or "")]
    audiences = tuple(dict.fromkeys((EVERYONE, *named_audience(audience))))
    with opened() as knowledge, knowledge.search() as found_by:
        scope = knowledge.scope(knowledge_sets, audiences, named_tags(tags))
        embedder = knowledge.embedder(knowledge.store.find_set(scope.knowledge_sets[0]))
        for asked, hits in search_all(wanted, embedder, found_by, scope, top_k=top_k, ways=ways):
            if queries is not None:
                report.print_json({"id": asked.id, "results": report.hits_as_json(hits)})
            else:
                report.print_hits(hits, ", ".join(scope.knowledge_sets), as_json=as_json)

"""`ingest reembed`."""

from __future__ import annotations

import click

from ingest import report
from ingest.commands.options import json_option, knowledge_sets_option


@click.command()
@click.argument("model", metavar="MODEL")
@knowledge_sets_option
@json_option
def reembed(*, model: str, knowledge_sets: tuple[str, ...], as_json: bool) -> None:
    """Move knowledge sets to another embedding model, named as EMBEDDING_MODEL is.

    Questions are answered meanwhile, by the old model until the end; workers follow by themselves. Sets that are
    searched together are moved together. If it is broken off, run it again: it goes on where it was.
    """
    from assistant import wiring
    from ingest.reembed import reembed as move
    from ingest.wiring import opened

    with opened() as knowledge, report.count_bar("embedding") as on_embedded:
        settings = knowledge.settings
        names = knowledge.scope(knowledge_sets).knowledge_sets
        sets = knowledge.sets(names)
        embedder = wiring.embedder_named(model, settings)
        precision = settings.index_precision or sets[0].space.index_precision
        embedded = move(knowledge.pool, sets, embedder, precision, on_embedded)
    report.print_moved(names, embedder.identity.name, embedded, as_json=as_json)

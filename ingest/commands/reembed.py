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
    from assistant.vector_store.scope import Scope
    from ingest.errors import IngestError, shown
    from ingest.reembed import reembed as move
    from ingest.wiring import opened

    with opened() as knowledge, report.count_bar("embedding") as on_embedded:
        settings = knowledge.settings
        names = knowledge_sets or tuple(Scope.of(settings.knowledge_set).knowledge_sets)
        found = [knowledge.store.find_set(name) for name in names]
        sets = [each for each in found if each is not None]
        missing = [name for name, each in zip(names, found, strict=True) if each is None]
        if missing:
            raise IngestError(f"there is no knowledge set {shown(missing[0])!r}: `ingest add` documents first")
        embedder = wiring.embedder_named(model, settings)
        precision = settings.index_precision or sets[0].space.index_precision
        embedded = move(knowledge.pool, sets, embedder, precision, on_embedded)
    report.print_moved(names, embedder.identity.name, embedded, as_json=as_json)

"""`ingest list` and `ingest remove`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ingest import report
from ingest.commands.options import json_option, knowledge_set_option
from ingest.uris import document_uri

if TYPE_CHECKING:
    from ingest.wiring import Knowledge


@click.command(name="list")
@knowledge_set_option
@json_option
def list_documents(*, knowledge_set: str | None, as_json: bool) -> None:
    """List the documents of a knowledge set."""
    from ingest.wiring import opened

    with opened() as knowledge:
        for stored in knowledge.store.documents(knowledge_set or knowledge.settings.knowledge_set):
            report.print_document(stored, as_json=as_json)


@click.command()
@click.argument("uris", metavar="[URI]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Remove all documents of the set that --knowledge-set names.")
@knowledge_set_option
@json_option
def remove(*, uris: tuple[str, ...], everything: bool, knowledge_set: str | None, as_json: bool) -> None:
    """Remove documents, named as `ingest list` shows them or by their path from here. Exit code 1 if one is missing."""
    from ingest.wiring import opened

    if everything and (uris or knowledge_set is None):
        raise click.UsageError("--all removes a whole set: give --knowledge-set NAME, and no document beside it")
    if not everything and not uris:
        raise click.UsageError("name the documents as `ingest list` shows them, or give --knowledge-set NAME --all")
    with opened() as knowledge:
        name = knowledge_set or knowledge.settings.knowledge_set
        known_as = _all_documents(knowledge, name) if everything else {uri: (uri, document_uri(uri)) for uri in uris}
        removed = set(knowledge.store.remove_documents(name, [known for pair in known_as.values() for known in pair]))
    missing = False
    for uri, names in known_as.items():
        known = [known for known in dict.fromkeys(names) if known in removed]
        missing = missing or not known
        report.print_removal(known[0] if known else uri, removed=bool(known), as_json=as_json)
    if missing:
        sys.exit(1)


def _all_documents(knowledge: Knowledge, name: str) -> dict[str, tuple[str, ...]]:
    """The uris of a set's documents. Raises IngestError where there is no such set."""
    [known] = knowledge.sets([name])
    return {stored.document.uri: (stored.document.uri,) for stored in knowledge.store.documents(known.name)}

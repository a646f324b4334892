"""`ingest list` and `ingest remove`."""

from __future__ import annotations

import sys

import click

from ingest import report
from ingest.commands.options import json_option, knowledge_set_option


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
@click.argument("uris", metavar="URI...", nargs=-1, required=True)
@knowledge_set_option
@json_option
def remove(*, uris: tuple[str, ...], knowledge_set: str | None, as_json: bool) -> None:
    """Remove documents, named as `ingest list` shows them or by their path from here. Exit code 1 if one is missing."""
    from ingest.uris import document_uri
    from ingest.wiring import opened

    with opened() as knowledge:
        name = knowledge_set or knowledge.settings.knowledge_set
        names = {uri: (uri, document_uri(uri)) for uri in uris}
        removed = set(knowledge.store.remove_documents(name, [known for pair in names.values() for known in pair]))
    missing = False
    for uri, known_as in names.items():
        known = [known for known in dict.fromkeys(known_as) if known in removed]
        missing = missing or not known
        report.print_removal(known[0] if known else uri, removed=bool(known), as_json=as_json)
    if missing:
        sys.exit(1)

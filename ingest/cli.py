"""The `ingest` command."""

from __future__ import annotations

import click

from assistant import __version__
from assistant.command_line import CommandGroup
from ingest.commands.add import add
from ingest.commands.documents import list_documents, remove
from ingest.commands.lint import lint
from ingest.commands.reembed import reembed
from ingest.commands.search import search
from ingest.commands.sync import sync
from ingest.commands.worker import worker


@click.group(cls=CommandGroup, name="ingest")
@click.version_option(__version__, prog_name="llamadesk")
def main() -> None:
    """Take the documents in that the assistant answers from.

    A document is known by its file's absolute path, or its page's address: adding it again replaces it.
    """


for command in (add, sync, list_documents, remove, search, lint, reembed, worker):
    main.add_command(command)

"""`ingest add`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from ingest import report
from ingest.commands.options import intake_options

if TYPE_CHECKING:
    from assistant.config import Settings
    from ingest.files import FoundFiles
    from ingest.reading.base import RefusedDocument, SourceFile


@click.command()
@click.argument("sources", metavar="PATH-OR-URL...", nargs=-1, required=True)
@click.option(
    "--name", default="stdin.md", show_default=True, metavar="NAME", help="What standard input ('-') is called."
)
@intake_options
def add(*, sources: tuple[str, ...], name: str, **options: Any) -> None:
    """Add files, all supported files below folders, web pages, or what is piped in ('-').

    They may be Markdown, HTML, text, PDF, Word, tables of questions and answers (CSV, Excel, JSON Lines), and zip
    archives of these. Exit code 1 if any was refused; the others are added.
    """
    from ingest.commands.intake_choices import IntakeArguments
    from ingest.files import find_files, passed_over
    from ingest.intake import Intake
    from ingest.sources import STANDARD_INPUT, is_address
    from ingest.wiring import opened

    arguments = IntakeArguments(**options)
    found = find_files([source for source in sources if source != STANDARD_INPUT and not is_address(source)])
    failed = False
    with opened() as knowledge, report.progress_bar() as progress:
        intake = Intake(knowledge, arguments.choices(knowledge.settings))
        for outcome in intake.run(_entries(sources, found, name, knowledge.settings), progress):
            report.print_outcome(outcome, as_json=arguments.as_json)
            failed = failed or outcome.error is not None
    report.print_notes(passed_over(found.skipped))
    if failed:
        sys.exit(1)


def _entries(
    arguments: tuple[str, ...], found: FoundFiles, name: str, settings: Settings
) -> Iterator[SourceFile | RefusedDocument]:
    """What was named, as it is to be read."""
    from ingest.errors import IngestError
    from ingest.reading.base import RefusedDocument
    from ingest.sources import STANDARD_INPUT, fetched, file_source, is_address, standard_input

    yield from (RefusedDocument(uri, error) for uri, error in found.errors)
    yield from map(file_source, found.paths)
    if STANDARD_INPUT in arguments:
        try:
            yield standard_input(sys.stdin.buffer, name, settings.max_document_mb)
        except IngestError as exc:
            yield RefusedDocument(f"stdin:{name}", exc)
    yield from fetched([argument for argument in arguments if is_address(argument)], settings)

"""`ingest sync`."""

from __future__ import annotations

import sys
from typing import Any

import click

from ingest import report
from ingest.commands.options import intake_options


@click.command()
@click.argument("root", metavar="FOLDER-OR-SITEMAP")
@click.option("--dry-run", is_flag=True, help="Tell what would be done, and do nothing.")
@click.option("--allow-empty", is_flag=True, help="Remove all documents where none is there any more.")
@click.option(
    "--workers",
    type=click.IntRange(0, 256),
    metavar="N",
    help="Spread the work over N processes here, and every `ingest worker` elsewhere (0: only those).",
)
@intake_options
def sync(*, root: str, dry_run: bool, allow_empty: bool, workers: int | None, **options: Any) -> None:
    """Make the knowledge set hold what a folder, or the pages of a sitemap, hold now.

    New documents are added, changed ones replaced, vanished ones removed; unchanged ones cost nothing. When it returns,
    nothing is answered from an old text any more. Exit code 1 if a document was refused; the rest is done.
    """
    from assistant.embedded import Part
    from ingest.commands.intake_choices import IntakeArguments
    from ingest.sync_run import SyncRun
    from ingest.sync_sources import sync_sources
    from ingest.wiring import opened

    arguments = IntakeArguments(**options)
    is_spread = workers is not None and not dry_run
    with opened(*([Part.REDIS] if is_spread else [])) as knowledge, report.progress_bar() as progress:
        sources = sync_sources(root, knowledge.settings)
        choices = arguments.choices(knowledge.settings, synced_from=sources.root)
        take_in = None
        if workers is not None:
            from ingest.spread.spread import Spread

            take_in = Spread(knowledge, choices, workers).run
        run = SyncRun(knowledge, choices, sources, allow_empty=allow_empty, take_in=take_in)
        for change in run.planned() if dry_run else run.carried_out(progress):
            report.print_change(change, as_json=arguments.as_json)
    report.print_notes(sources.notes)
    report.print_summary(run.summary, is_plan=dry_run, as_json=arguments.as_json)
    if run.summary.failed:
        sys.exit(1)

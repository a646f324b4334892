"""`ingest worker`."""

from __future__ import annotations

import click

from assistant.child_process import UNTIL_INPUT_ENDS


@click.command()
@click.option(
    "--threads", type=click.IntRange(1, 1_000), metavar="T", help="Cores that embedding keeps busy; default: all."
)
@click.option(UNTIL_INPUT_ENDS, is_flag=True, hidden=True, help="End when standard input ends.")
def worker(*, threads: int | None, until_input_ends: bool) -> None:
    """Help every `ingest sync --workers` that has the same DATABASE_URL and REDIS_URL, until it is stopped.

    It may run on any machine: documents and settings come through the database, files need not be shared. Nothing is
    lost when it is killed; others take over what it was at.
    """
    from assistant.embedded import Part
    from ingest.spread.worker_process import run_worker
    from ingest.wiring import open_knowledge

    with open_knowledge(lambda _: None, Part.REDIS) as knowledge:
        run_worker(knowledge, threads, until_input_ends=until_input_ends)

"""`assistant feedback`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from assistant.commands.stack import served

if TYPE_CHECKING:
    from assistant.explaining.feedback import Feedback


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line and nothing else.")
def feedback(*, as_json: bool) -> None:
    """Show how people rate the answers, by prompt template and model.

    The rate is that of 👍 among the rated answers, with the interval in which it lies with 95 % confidence: as long as
    those of two templates overlap, neither is known to be better.
    """
    from assistant.explaining.feedback import feedback as found

    with served(needs_model=False, needs_queue=False) as settings:
        rows = found(settings.database_url)
    if as_json:
        for row in rows:
            click.echo(json.dumps(asdict(row) | {"rate": row.rate, "interval": row.interval}, ensure_ascii=False))
    elif rows:
        Console().print(_table(rows))
    else:
        click.echo("nothing was answered yet")


def _table(rows: list[Feedback]) -> Table:
    table = Table("template", "model", "answers", "👍", "👎", "rate", "95 % interval", "handoffs")
    for row in rows:
        rate = "–" if row.rate is None else f"{row.rate:.0%}"
        interval = "–" if row.interval is None else f"{row.interval[0]:.0%} to {row.interval[1]:.0%}"
        counts = (row.answers, row.up, row.down)
        table.add_row(row.prompt_version, row.model_id, *map(str, counts), rate, interval, str(row.handoffs))
    return table

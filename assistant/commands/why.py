"""`assistant why`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

import click
from rich.console import Console

from assistant.commands.stack import served


@click.command()
@click.argument("reference", metavar="ID")
@click.option("--prompt", "with_prompt", is_flag=True, help="Show the whole prompt, too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else on standard output.")
def why(*, reference: str, with_prompt: bool, as_json: bool) -> None:
    """Explain an answer: what was asked, searched and found, why it was answered or refused, and what became of it.

    ID is a message's, as logs show it (12), a reply's (reply:7), the platform's, the link to the message in Slack or
    Discord, or last for the newest answer.
    """
    from assistant.explaining.explanations import Explanations
    from assistant.explaining.layout import laid_out
    from assistant.explaining.reference import read_reference
    from assistant.explaining.verdict import because

    named = read_reference(reference)
    with served(needs_model=False, needs_queue=False) as settings:
        found = Explanations(settings.database_url).find(named)
    if as_json:
        click.echo(json.dumps({"because": because(found)} | asdict(found), ensure_ascii=False, default=_iso))
    else:
        Console(soft_wrap=False).print(laid_out(found, with_prompt=with_prompt))


def _iso(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no JSON form")
    return value.isoformat()

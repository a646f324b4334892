"""`assistant replay`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console

from assistant.commands import stack

if TYPE_CHECKING:
    from assistant.explaining.outcome import Replay


@click.command()
@click.argument("references", metavar="[ID]...", nargs=-1)
@click.option("--last", type=click.IntRange(1, 1000), help="Instead of IDs: so many of the newest, with a summary.")
@click.option("--template", metavar="NAME", default="", help="Prompt by this template.")
@click.option(
    "--model", metavar="NAME|URL", default="", help="Ask this model, or this server (TGI, unless it ends in /v1)."
)
@click.option("--setting", "settings", metavar="KEY=VALUE", multiple=True, help="With this setting; repeatable.")
@click.option("--knowledge-set", metavar="NAME", default="", help="Answer from this knowledge set.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object a line, and nothing else on standard output."
)
def replay(
    *,
    references: tuple[str, ...],
    last: int | None,
    template: str,
    model: str,
    settings: tuple[str, ...],
    knowledge_set: str,
    as_json: bool,
) -> None:
    """Answer questions of the past once more, and show what is different. ID: as for `assistant why`.

    The history is the same; template, model, settings and knowledge set are those of now, or what you give. Nothing is
    stored, and nothing is sent. Exit code 1 if a question could not be answered, 2 for wrong arguments.
    """
    from assistant.explaining import replays
    from assistant.explaining.changed_settings import changes, check_template

    if bool(references) == (last is not None):
        raise click.UsageError("name the answers, or how many of the newest: assistant replay 12 15, or --last 20")
    check_template(template)
    change = changes(settings, model)
    done: list[Replay] = []
    failed = False
    with stack.served(needs_model=True, needs_queue=False, changed=change) as served:
        asked = replays.asked(served, references, last)
        for outcome in replays.replayed(served, asked, template=template, knowledge_set=knowledge_set):
            if isinstance(outcome, replays.Failed):
                failed = True
                click.echo(f"message {outcome.message_id}: {outcome.reason}", err=True)
                continue
            done.append(outcome)
            _print(outcome, as_json=as_json, is_whole=last is None)
    if not as_json and (last is not None or len(done) > 1):
        _print_summary(done)
    if failed:
        sys.exit(1)


def _print(replay: Replay, *, as_json: bool, is_whole: bool) -> None:
    from assistant.explaining.difference import difference, similarity

    if as_json:
        same = {"similarity": round(similarity(replay.before.text, replay.after.text), 4)}
        click.echo(json.dumps(asdict(replay) | same, ensure_ascii=False))
    elif is_whole:
        Console().print(difference(replay))


def _print_summary(replays: list[Replay]) -> None:
    from assistant.explaining.difference import summary

    Console().print(summary(replays))

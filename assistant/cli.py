"""The `assistant` command."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict

import click

from assistant import __version__
from assistant.command_line import CommandGroup
from assistant.commands import stack
from assistant.commands.calibrate import calibrate
from assistant.commands.evaluate import evaluate
from assistant.commands.feedback import feedback
from assistant.commands.replay import replay
from assistant.commands.why import why
from assistant.database import storable
from assistant.errors import AssistantError, ConfigurationError

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else on standard output.")


@click.group(cls=CommandGroup, name="assistant")
@click.version_option(__version__, prog_name="llamadesk")
def main() -> None:
    """Llamadesk answers customers in Slack, Discord and WeChat from your own FAQ.

    With nothing configured, everything it needs starts embedded. The README lists all settings.
    """


main.add_command(calibrate)
main.add_command(feedback)
main.add_command(replay)
main.add_command(why)
main.add_command(evaluate)


@main.command()
def up() -> None:
    """Run everything: gateway, one worker, and embedded whatever is not configured."""
    _serve(with_worker=True)


@main.command()
@click.option("--only", metavar="PLATFORM", help="Serve this platform alone.")
@click.option("--until-input-ends", is_flag=True, hidden=True)
def gateway(*, only: str | None, until_input_ends: bool) -> None:
    """Run the gateway for every configured platform."""
    _serve(with_worker=False, only=only, until_input_ends=until_input_ends)


@main.command()
@click.option("--until-input-ends", is_flag=True, hidden=True)
def worker(*, until_input_ends: bool) -> None:
    """Run a worker: it embeds, searches and generates."""
    from assistant.worker_process import run_worker

    with stack.served(needs_model=True) as settings:
        run_worker(settings, until_input_ends=until_input_ends)


@main.command()
def chat() -> None:
    """Talk to the assistant on this terminal.

    With standard input piped, each line is answered as a question of its own, in a conversation of its own.
    """
    from assistant.chat import answer_lines, converse

    with stack.with_worker() as settings:
        if sys.stdin.isatty():
            asyncio.run(converse(settings, sys.stdout))
        else:
            # Decoded here: one line in another encoding must not end the others.
            lines = (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
            asyncio.run(answer_lines(settings, lines, sys.stdout))


@main.command()
@click.argument("question")
@as_json
def ask(*, question: str, as_json: bool) -> None:
    """Answer one question. Exit code 1 if no answer could be made."""
    from assistant.chat import ask as ask_once

    if not question.strip():
        raise AssistantError('the question is empty: write it after the command, in quotes: assistant ask "…"')
    question = storable(question)  # what a terminal in another encoding typed can't be printed again
    with stack.with_worker() as settings:
        shown, reply = asyncio.run(ask_once(settings, question))
    click.echo(json.dumps({"question": question, **asdict(reply)}, ensure_ascii=False) if as_json else shown.rstrip())
    if reply.decision == "failed":
        sys.exit(1)


@main.command()
@as_json
def doctor(*, as_json: bool) -> None:
    """Check every part, and say what to do. Exit code 1 if anything is wrong."""
    from assistant.doctor import examine

    settings = stack.settings_of_process()
    failed = False
    for finding in examine(settings):
        failed = failed or not finding.ok
        mark = click.style("ok  ", fg="green") if finding.ok else click.style("FAIL", fg="red")
        line = f"{mark} {finding.part:<11} {finding.fact}"
        click.echo(json.dumps(asdict(finding), ensure_ascii=False) if as_json else line)
    if failed:
        sys.exit(1)


@main.group(cls=CommandGroup)
def dead() -> None:
    """Messages that could not be answered: look at them, and try them again."""


@dead.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Show at most so many.")
@as_json
def list_dead(*, limit: int, as_json: bool) -> None:
    """List the messages that could not be answered, oldest first."""
    from assistant.dead_letters import show_list

    with stack.served(needs_model=False) as settings:
        show_list(settings, limit, as_json=as_json)


@dead.command("show")
@click.argument("message_id", metavar="ID", type=int)
@as_json
def show_dead(*, message_id: int, as_json: bool) -> None:
    """Show one of them: who wrote what, what the customer got instead of an answer, and why."""
    from assistant.dead_letters import show_one

    with stack.served(needs_model=False) as settings:
        show_one(settings, message_id, as_json=as_json)


@dead.command("retry")
@click.argument("message_ids", metavar="[ID]...", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Try all of them again.")
@as_json
def retry_dead(*, message_ids: tuple[int, ...], everything: bool, as_json: bool) -> None:
    """Answer messages again; the answer takes the place of what was shown instead."""
    from assistant.dead_letters import retry

    if everything == bool(message_ids):
        raise AssistantError("name the messages to try again, or all: assistant dead retry 12 15, or --all")
    with stack.served(needs_model=False) as settings:
        retry(settings, list(message_ids) or None, as_json=as_json)


def _serve(*, with_worker: bool, only: str | None = None, until_input_ends: bool = False) -> None:
    from assistant import wiring
    from assistant.serve import APART, serve

    def say(fact: str) -> None:
        click.echo(f"assistant: {fact}", err=True)

    with stack.served(needs_model=with_worker, on_status=say) as settings:
        adapters = wiring.adapters(settings)
        if only is not None and only not in adapters:
            known = ", ".join(adapters) or "none"
            raise ConfigurationError(f"{only} is not configured ({known} is): set its token, or leave --only out")
        if not adapters and not with_worker:
            raise ConfigurationError(
                "no platform is configured: set SLACK_BOT_TOKEN, DISCORD_BOT_TOKEN or WECHATY_PUPPET_SERVICE_TOKEN; "
                "on a terminal, `assistant chat`"
            )
        if not adapters:
            say("no platform is configured; talk to it with `assistant chat`, the README says how to connect Slack")
        apart = [] if only else [platform for platform in adapters if platform in APART]
        served = {name: adapter for name, adapter in adapters.items() if name not in apart and only in (None, name)}
        asyncio.run(
            serve(settings, served, say, with_worker=with_worker, apart=apart, until_input_ends=until_input_ends)
        )

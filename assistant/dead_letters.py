"""`assistant dead`: what could not be answered, on a terminal."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.config import Settings
from assistant.conversations.dead import DeadMessage, DeadMessages
from assistant.errors import AssistantError
from assistant.queue import WakeUpQueue


def show_list(settings: Settings, limit: int, *, as_json: bool) -> None:
    """Print the dead messages, oldest first."""
    messages = DeadMessages(settings.database_url).oldest(limit)
    if as_json:
        for message in messages:
            click.echo(_json(message))
        return
    if not messages:
        click.echo("every message was answered")
        return
    table = Table("id", "received", "platform", "channel", "from", "error", "text")
    for message in messages:
        received = message.received_at.strftime("%Y-%m-%d %H:%M")
        cells = (message.platform, message.channel, message.author_name, message.error, message.text)
        # As Text: what people write is no markup.
        table.add_row(str(message.id), received, *(Text(" ".join(cell.split())) for cell in cells))
    Console().print(table)


def show_one(settings: Settings, message_id: int, *, as_json: bool) -> None:
    """Print one dead message. Raises AssistantError where there is none with that id."""
    message = DeadMessages(settings.database_url).find(message_id)
    if message is None:
        raise AssistantError(f"no dead message has the id {message_id}: `assistant dead list` shows those there are")
    if as_json:
        click.echo(_json(message))
        return
    for name, value in asdict(message).items():
        click.echo(f"{name.replace('_', ' '):<12} {value}")


def retry(settings: Settings, message_ids: list[int] | None, *, as_json: bool) -> None:
    """Let them wait for an answer again. Raises AssistantError where none of them is dead."""
    woken = DeadMessages(settings.database_url).retry(message_ids)
    if not woken and message_ids:
        raise AssistantError("none of these messages is dead: `assistant dead list` shows those that are")
    queue = WakeUpQueue(settings.redis_url)
    queue.wake(*woken)
    queue.close()
    if as_json:
        click.echo(json.dumps({"retried": woken}))
    else:
        click.echo(f"{len(woken)} messages wait for an answer again; a running worker takes them")


def _json(message: DeadMessage) -> str:
    return json.dumps(asdict(message) | {"received_at": message.received_at.isoformat()}, ensure_ascii=False)

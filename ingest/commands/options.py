"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from assistant.vector_store.scope import EVERYONE

Command = TypeVar("Command", bound=Callable[..., Any])

knowledge_set_option = click.option(
    "--knowledge-set", metavar="NAME", help="Knowledge set; default: ASSISTANT_KNOWLEDGE_SET, or 'default'."
)
knowledge_sets_option = click.option(
    "--knowledge-set",
    "knowledge_sets",
    metavar="NAME",
    multiple=True,
    help="Knowledge set; repeatable; default: ASSISTANT_KNOWLEDGE_SET, or 'default'.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object a line, and nothing else on standard output."
)

_INTAKE = (
    knowledge_set_option,
    click.option("--tag", "tags", metavar="KEY=VALUE", multiple=True, help="Note this with each document; repeatable."),
    click.option(
        "--audience",
        metavar="NAME",
        multiple=True,
        help="Only askers of this audience find the documents; repeatable; default: everyone.",
    ),
    click.option(
        "--chunk-tokens",
        type=click.IntRange(min=32),
        help="Longest chunk of this knowledge set, from now on; default: ASSISTANT_CHUNK_TOKENS.",
    ),
    click.option(
        "--chunk-overlap",
        type=click.IntRange(min=0),
        help="Shared tokens of neighbouring chunks, from now on; default: ASSISTANT_CHUNK_OVERLAP.",
    ),
    click.option(
        "--text-search",
        metavar="LANGUAGE",
        help="Language of the set's full-text search, as PostgreSQL calls it: english (default), german, simple.",
    ),
    click.option("--question-column", default="", metavar="NAME", help="Column of a table that holds the questions."),
    click.option("--answer-column", default="", metavar="NAME", help="Column of a table that holds the answers."),
    click.option(
        "--leave-out",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="TOML file with rules for what is left out of pages; default: ASSISTANT_LEAVE_OUT_FILE.",
    ),
    json_option,
)


def intake_options(command: Command) -> Command:
    """The options of commands that take documents in."""
    for option in reversed(_INTAKE):
        command = option(command)
    return command


def named_tags(values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Tags as they are stored."""
    pairs = [value.partition("=") for value in values]
    for (name, separator, _), value in zip(pairs, values, strict=True):
        if not separator or not name.strip():
            raise click.BadParameter(f"{value!r} is not of the form key=value", param_hint="--tag")
    return tuple((name.strip(), content.strip()) for name, _, content in pairs)


def named_audience(values: tuple[str, ...]) -> tuple[str, ...]:
    """Who may find the documents."""
    names = tuple(dict.fromkeys(value.strip() for value in values))
    if not all(names):
        raise click.BadParameter("give a name", param_hint="--audience")
    return names or (EVERYONE,)

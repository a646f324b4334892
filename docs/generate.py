"""Rewrites the generated blocks of README.md and docs/: python docs/generate.py. A test fails where they drifted."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import click
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

ROOT = Path(__file__).resolve().parent.parent
# A script's own folder comes first on the path, not the repository.
sys.path.insert(0, str(ROOT))

from assistant.cli import main as assistant_command  # noqa: E402
from assistant.config import Settings  # noqa: E402
from ingest.cli import main as ingest_command  # noqa: E402

# Every setting stands in exactly one of these groups, in the order in which the Settings name them.
GROUPS: dict[str, tuple[str, ...]] = {
    "Settings for PostgreSQL, Redis and the embedded stack": ("DATABASE_URL", "REDIS_URL", "ASSISTANT_HOME"),
    "Settings for the language model": (
        "TGI_URL",
        "OPENAI_BASE_URL",
        "OPENAI_API_KEY",
        "LLM_MODEL",
        "ASSISTANT_GGUF_FILE",
        "ASSISTANT_MODEL_FAMILY",
        "ASSISTANT_MAX_MODEL_TOKENS",
        "ASSISTANT_TOKENIZER_FILE",
        "ASSISTANT_MAX_NEW_TOKENS",
        "ASSISTANT_TEMPERATURE",
        "ASSISTANT_REPETITION_PENALTY",
        "ASSISTANT_MIN_SUPPORT",
        "ASSISTANT_VERBATIM",
        "ASSISTANT_ANSWER_TIMEOUT_S",
    ),
    "Settings for Slack": ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL"),
    "Settings for Discord": ("DISCORD_BOT_TOKEN", "DISCORD_API_URL", "DISCORD_GATEWAY_URL"),
    "Settings for WeChat": ("WECHATY_PUPPET_SERVICE_TOKEN", "WECHATY_PUPPET_SERVICE_ENDPOINT"),
    "Settings for search and refusing": (
        "EMBEDDING_MODEL",
        "ASSISTANT_EMBEDDING_PRECISION",
        "ASSISTANT_KNOWLEDGE_SET",
        "ASSISTANT_TOP_K",
        "ASSISTANT_MAX_DISTANCE",
        "ASSISTANT_RERANKER_MODEL",
        "ASSISTANT_MAX_RERANK_DISTANCE",
        "ASSISTANT_OVERHEARD_DISTANCE",
        "ASSISTANT_REWRITE",
    ),
    "Settings for channels and human agents": (
        "ASSISTANT_CHANNELS_FILE",
        "ASSISTANT_LANGUAGE",
        "ASSISTANT_LINK_HOSTS",
        "ASSISTANT_ALERT_CHANNEL",
        "ASSISTANT_HANDOFF_MINUTES",
    ),
    "Settings for ingesting documents": (
        "ASSISTANT_CHUNK_TOKENS",
        "ASSISTANT_CHUNK_OVERLAP",
        "ASSISTANT_MAX_DOCUMENT_MB",
        "ASSISTANT_FETCH_HOSTS",
        "ASSISTANT_LEAVE_OUT_FILE",
        "ASSISTANT_INDEX_PRECISION",
    ),
    "Settings for gateway, workers, persona and logs": (
        "ASSISTANT_HTTP_HOST",
        "ASSISTANT_HTTP_PORT",
        "ASSISTANT_WORKER_THREADS",
        "ASSISTANT_PERSON_PER_MINUTE",
        "ASSISTANT_CHANNEL_PER_MINUTE",
        "ASSISTANT_MAX_WAITING",
        "ASSISTANT_KEEP_DAYS",
        "ASSISTANT_PERSONA",
        "ASSISTANT_TEMPLATE",
        "ASSISTANT_LOG_LEVEL",
    ),
}
HELP_WIDTH = 96


def main() -> None:
    """Rewrite every file that has generated blocks."""
    for path in generated_files():
        path.write_text(regenerated(path.read_text(encoding="utf-8")), encoding="utf-8")


def generated_files() -> list[Path]:
    """README.md and the pages of docs/ that hold a generated block."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [page for page in pages if "<!-- generated: " in page.read_text(encoding="utf-8")]


def regenerated(text: str) -> str:
    """The text with each block made anew. Raises KeyError for a block that nobody makes."""
    block = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end generated -->)", re.DOTALL)
    return block.sub(lambda match: f"{match[1]}\n{BLOCKS[match[2]]()}\n\n{match[3]}", text)


def settings_table() -> str:
    """All settings in one table."""
    return _table([_field(name) for names in _checked_groups().values() for name in names])


def settings_sections() -> str:
    """The settings by group, a heading and a table each."""
    groups = _checked_groups().items()
    return "\n\n".join(f"## {title}\n\n{_table([_field(name) for name in names])}" for title, names in groups)


def command_help() -> str:
    """The help of every command of ours, as the terminal shows it."""
    groups = {"assistant": assistant_command, "ingest": ingest_command}
    texts = [text for name, group in groups.items() for text in _help(click.Context(group, info_name=name))]
    return "\n\n".join(f"```\n{_stripped(text)}\n```" for text in texts)


BLOCKS: dict[str, Callable[[], str]] = {
    "settings-table": settings_table,
    "settings-sections": settings_sections,
    "command-help": command_help,
}


def _checked_groups() -> dict[str, tuple[str, ...]]:
    listed = [name for names in GROUPS.values() for name in names]
    known = [str(field.alias) for field in Settings.model_fields.values()]
    if sorted(listed) != sorted(known):
        raise ValueError(f"docs/generate.py: put into one group each: {sorted(set(listed) ^ set(known))}")
    return GROUPS


def _table(fields: list[FieldInfo]) -> str:
    rows = [f"| `{field.alias}` | {_default(field)} | {field.description} |" for field in fields]
    return "\n".join(["| setting | default | what it is |", "|---|---|---|", *rows])


def _field(name: str) -> FieldInfo:
    return next(field for field in Settings.model_fields.values() if field.alias == name)


def _default(field: FieldInfo) -> str:
    """The default as it would be written; blank for secrets and for what is unset."""
    value = field.default
    if value in (None, "", PydanticUndefined) or isinstance(value, SecretStr):
        return ""
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _help(context: click.Context) -> list[str]:
    """The help of a command, and of all below it."""
    context.terminal_width = context.max_content_width = HELP_WIDTH
    command = context.command
    commands = sorted(command.commands.items()) if isinstance(command, click.Group) else []
    below = [_help(click.Context(inner, context, name)) for name, inner in commands]
    return [command.get_help(context), *(text for texts in below for text in texts)]


def _stripped(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


if __name__ == "__main__":
    main()

"""Settings, commands and error lines that the documentation mentions exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from assistant.cli import main as assistant_command
from assistant.config import setting_names
from ingest.cli import main as ingest_command
from tests.unit.docs.pages import PAGES, ROOT, code, name_of, prose, strings_of_the_code

# Environment variables of the programs beside us.
OTHERS = {"WECHATY_PUPPET_SERVICE_NO_TLS_INSECURE_SERVER", "SSL_CERT_FILE"}
_NAME = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_COMMAND = re.compile(r"(assistant|ingest) (\S.*)")
_ERROR_HEADING = re.compile(r"^## Error: `(.+)`$", re.MULTILINE)
_GROUPS: dict[str, click.Command] = {"assistant": assistant_command, "ingest": ingest_command}
ERROR_LINES = [(name_of(page), line) for page in PAGES for line in _ERROR_HEADING.findall(prose(page))]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_settings_mentioned_exist(page: Path) -> None:
    """A name that nothing reads would be set in vain."""
    example = (ROOT / "infra" / "env.example").read_text(encoding="utf-8")
    known = {*setting_names(), *OTHERS, *re.findall(r"(?m)^([A-Z_]+)=", example)}
    assert set(_NAME.findall(page.read_text(encoding="utf-8"))) - known == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_mentioned_exist(page: Path) -> None:
    """So do their options."""
    used = [match for text in code(page) if (match := _COMMAND.fullmatch(text))]
    assert [match[0] for match in used if not _exists(match[1], match[2].split(" #")[0].split())] == []


def test_commands_are_found_in_the_readme() -> None:
    """The check above sees the commands at all."""
    used = {match[0].split("  ")[0] for text in code(PAGES[0]) if (match := _COMMAND.fullmatch(text))}
    assert {"ingest sync faq/", "assistant chat", "assistant doctor", "assistant up"} <= used


@pytest.mark.parametrize(("page", "line"), ERROR_LINES)
def test_quoted_error_lines_stand_in_the_code(page: str, line: str) -> None:
    """People search for the line they see."""
    pattern = re.compile(".*".join(map(re.escape, line.split("…"))), re.DOTALL)
    assert any(pattern.search(text) for text in strings_of_the_code()), f"{page}: {line}"


def test_troubleshooting_quotes_error_lines() -> None:
    """The check above sees them at all."""
    assert len([page for page, _ in ERROR_LINES if page == "docs/troubleshooting.md"]) > 20


def _exists(program: str, words: list[str]) -> bool:
    command: click.Command | None = _GROUPS[program]
    while isinstance(command, click.Group) and words and not words[0].startswith("--"):
        command = command.commands.get(words[0])
        words = words[1:]
    if command is None:
        return False
    known = {"--help", "--version", *(option for parameter in command.params for option in parameter.opts)}
    return {word for word in words if word.startswith("--")} <= known

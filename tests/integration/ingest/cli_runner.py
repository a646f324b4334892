"""The `ingest` command in a test's own database and working directory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from ingest.cli import main


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), prog_name="ingest", input=stdin)


def lines(result: Result) -> list[dict[str, Any]]:
    """Standard output as JSON Lines: anything else there fails."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def write(name: str, text: str) -> str:
    """A document in the working directory; its uri."""
    path = Path.cwd() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)

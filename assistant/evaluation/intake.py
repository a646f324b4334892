"""Takes an evaluation's documents in: `ingest sync` in a child process, as nothing here may import ingest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import EvaluationError

_FIGURES = ("added", "changed", "unchanged", "removed", "failed")


@dataclass(frozen=True, slots=True)
class Intake:
    """How many documents a sync met, by what became of them. Those that failed were named on standard error."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: int = 0


def take_in(docs: Path, knowledge_set: str, environment: Mapping[str, str]) -> Intake:
    """Make the knowledge set hold the documents; `environment` are settings beside those of this process. Progress and
    refused documents are shown on standard error by the child itself. Raises EvaluationError."""
    command = [sys.executable, "-m", "ingest", "sync", str(docs), "--knowledge-set", knowledge_set, "--json"]
    # In our own process group: Ctrl-C ends both, and a sync may be broken off at any time.
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env={**os.environ, **environment}
    ) as process:
        printed, _ = process.communicate()
    lines = printed.splitlines()
    summary = _object(lines[-1]) if lines else {}
    if summary.get("status") != "synced":
        raise EvaluationError(f"the documents of {docs} could not be taken in: the lines above say why")
    intake = Intake(**{name: _count(summary.get(name)) for name in _FIGURES})
    if intake.added + intake.changed + intake.unchanged == 0:
        raise EvaluationError(f"none of the documents of {docs} could be taken in: the lines above say why")
    return intake


def _object(line: bytes) -> dict[str, object]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0

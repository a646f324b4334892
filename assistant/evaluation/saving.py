"""Keeps an outcome in a folder: summary.json, the plots, and the report."""

from __future__ import annotations

import json
from pathlib import Path

from assistant.errors import EvaluationError
from assistant.evaluation.outcome import Outcome
from assistant.evaluation.plots import check_plots, plots
from assistant.evaluation.report import report

SUMMARY, REPORT = "summary.json", "report.html"


def check_saving() -> None:
    """Raises ConfigurationError where something is missing for it: before any work, not after it."""
    check_plots()


def save(outcome: Outcome, folder: Path) -> None:
    """Put the files there, each whole. Raises EvaluationError."""
    images = plots(outcome)
    summary = json.dumps(outcome.as_json(), ensure_ascii=False, indent=1, allow_nan=False)
    files = {f"{name}.png": png for name, png in images.items()}
    files |= {SUMMARY: f"{summary}\n".encode("utf-8", "backslashreplace"), REPORT: report(outcome, images).encode()}
    for name, content in files.items():
        draft = folder / f".{name}.new"
        try:
            draft.write_bytes(content)
            draft.replace(folder / name)
        except OSError as exc:
            raise EvaluationError(f"{folder / name} can't be written ({exc.strerror}): make room") from exc

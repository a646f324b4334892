"""What is kept of a failed run beside the logs: what was asked when, what is visible, and what went wrong between."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from tests.faults.load import Load
from tests.faults.platforms import Platform
from tests.faults.questions import sentences_in

_HEAD_CHARS = 40


def write_record(folder: Path, load: Load, platforms: Iterable[Platform], events: Iterable[tuple[float, str]]) -> None:
    """Write history.txt. Times are those of the day in UTC, as in the logs."""
    asked = [
        (
            load.posted_at[question.marker],
            f"{question.marker} asked at {question.place}, its number {question.position}",
        )
        for question in load.questions()
    ]
    lines = [f"{_clock(at)} {what}" for at, what in sorted([*asked, *events])]
    for platform in platforms:
        lines.append(f"-- visible on {platform.name}, place by place")
        lines += sorted((f"{shown.place}: {_summary(shown.text)}" for shown in platform.shown()), key=_place)
    (folder / "history.txt").write_text("\n".join(lines) + "\n")


def _place(line: str) -> str:
    return line.partition(":")[0]


def _clock(monotonic: float) -> str:
    at = time.time() - time.monotonic() + monotonic
    return time.strftime("%H:%M:%S", time.gmtime(at)) + f"{at % 1:.3f}"[1:]


def _summary(text: str) -> str:
    marks = sentences_in(text)
    if not marks:
        return text[:_HEAD_CHARS]
    (marker, first, _), (_, last, count) = marks[0], marks[-1]
    return f"{marker} {first}-{last} of {count}"

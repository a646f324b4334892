"""Starts and ends the processes that are measured."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_S = 180.0
STOP_S = 60.0


def first_line(process: subprocess.Popen[str]) -> str:
    """The next line that the process prints. Raises RuntimeError when it ended instead."""
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise RuntimeError(f"{process.args!r} ended: the lines above say why")
    return line


def end(process: subprocess.Popen[str]) -> None:
    """Ask it to end, and see that it does."""
    if process.stdin is not None:
        process.stdin.close()
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


@contextmanager
def printing(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A Python process of this checkout while the block runs, its standard output ours to read."""
    command = [sys.executable, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        end(process)


@contextmanager
def logging_to(log: Path, *arguments: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A Python process while the block runs, in the log's folder, where no .env lies."""
    with log.open("w") as file:
        command = [sys.executable, *arguments]
        process = subprocess.Popen(command, stdout=file, stderr=file, text=True, cwd=log.parent, env=environment)
    try:
        yield process
    finally:
        end(process)


def wait_for_line(process: subprocess.Popen[str], log: Path, pattern: str) -> str:
    """What the pattern's group matches in the log, once it does. Raises RuntimeError when the process ends instead."""
    deadline = time.monotonic() + START_S
    while not (found := re.search(pattern, log.read_text(errors="replace"))):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)
    return found[1]

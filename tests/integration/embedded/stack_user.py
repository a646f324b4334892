"""A command that uses an embedded stack, in a process of its own that a test can end in any way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from assistant.embedded import EmbeddedUrls, Part, embedded_stack
from assistant.embedded.home import Home
from assistant.embedded.process_record import read_record
from assistant.errors import EmbeddedStackError

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = str(Path(psutil.__file__).parents[1])


class StackUser:
    """Starts at once; `urls` waits until the stack answers."""

    def __init__(
        self, home: Path, parts: Sequence[Part], *, uid: int | None = None, python: str = sys.executable
    ) -> None:
        self.process = subprocess.Popen(
            [python, "-m", "tests.integration.embedded.stack_user", str(home), *parts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": PACKAGES},
            user=uid,
            group=uid,
            extra_groups=None if uid is None else [],
            text=True,
        )

    def urls(self) -> EmbeddedUrls:
        assert self.process.stdout is not None
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer
        return EmbeddedUrls.from_json(answer)

    def leave(self) -> None:
        """End in order; returns when the process is gone."""
        self.process.communicate(timeout=60)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=60)


def stack_processes(home: Path) -> list[psutil.Process]:
    """The keeper of the home, first, and everything below it."""
    record = read_record(Home(home.resolve()).process_record)
    assert record.keeper is not None
    keeper = psutil.Process(record.keeper.pid)
    return [keeper, *keeper.children(recursive=True)]


def survivors(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those that have not ended within a minute: a keeper whose user was killed at once waits half of it in vain."""
    deadline = time.monotonic() + 60
    while (alive := [process for process in processes if _lives(process)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def main() -> None:
    home, *parts = sys.argv[1:]
    try:
        with embedded_stack(Path(home), [Part(part) for part in parts]) as urls:
            print(json.dumps({name: getattr(urls, name) for name in EmbeddedUrls.__slots__}), flush=True)
            sys.stdin.read()
    except EmbeddedStackError as exc:
        print(json.dumps({"error": str(exc)}), flush=True)


if __name__ == "__main__":
    main()

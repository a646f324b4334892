"""Another command of ours in a child process, which ends with this one, however this one ends."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping

UNTIL_INPUT_ENDS = "--until-input-ends"


class ChildProcess:
    """A command that is run with UNTIL_INPUT_ENDS. `program`: assistant or ingest. `patience_s` is how long its end is
    waited for. `environment` takes the place of ours. What it prints to standard output is not shown if `is_quiet`."""

    def __init__(
        self,
        *arguments: str,
        patience_s: float,
        program: str = "assistant",
        environment: Mapping[str, str] | None = None,
        is_quiet: bool = False,
    ) -> None:
        self._command = [sys.executable, "-m", program, *arguments, UNTIL_INPUT_ENDS]
        self._patience_s = patience_s
        self._environment = environment
        self._output = subprocess.DEVNULL if is_quiet else None
        self.start()

    def start(self) -> None:
        """Start it, also anew when it has ended. In a session of its own: Ctrl-C is ours, and it ends after us."""
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=self._output,
            start_new_session=True,
            env=self._environment,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def stop(self) -> None:
        """Let it finish what it is at, and wait for its end; what hangs is killed, and its messages are kept."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(self._patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def when_input_ends(callback: Callable[[], object]) -> None:
    """Call back, from a thread, when standard input ends: the parent is gone, or wants our end."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        callback()

    threading.Thread(target=watch, name="input-watch", daemon=True).start()

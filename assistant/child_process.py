"""Another `assistant` command in a child process, which ends with this one, however this one ends."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable

UNTIL_INPUT_ENDS = "--until-input-ends"


class ChildProcess:
    """A command that is run with UNTIL_INPUT_ENDS. `patience_s` is how long its end is waited for."""

    def __init__(self, *arguments: str, patience_s: float) -> None:
        self._arguments = arguments
        self._patience_s = patience_s
        self.start()

    def start(self) -> None:
        """Start it, also anew when it has ended. In a session of its own: Ctrl-C is ours, and it ends after us."""
        command = [sys.executable, "-m", "assistant", *self._arguments, UNTIL_INPUT_ENDS]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

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

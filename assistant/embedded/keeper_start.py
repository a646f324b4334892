"""Starting the keeper as a process of its own, which outlives the command that started it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from assistant.embedded.home import Home
from assistant.embedded.log import last_words
from assistant.errors import EmbeddedStackError

_SOURCE_ROOT = Path(__file__).resolve().parents[2]


def start_keeper(home: Home) -> None:
    """Return once a new keeper listens. To be called under the home's start lock.

    Raises EmbeddedStackError with the reason when it does not come up.
    """
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as announcement:
        try:
            _spawn(home, writer)
        finally:
            os.close(writer)
        # The pipe ends with the keeper's word, or with the keeper: neither needs a deadline.
        line = announcement.readline()
    if not line:
        log = home.log("keeper")
        raise EmbeddedStackError(f"The keeper of the embedded stack did not start ({last_words(log)}): see {log}")
    error = json.loads(line).get("error")
    if error:
        raise EmbeddedStackError(error)


def _spawn(home: Home, announce_to: int) -> None:
    """A session of its own keeps Ctrl-C in the terminal away from it; it forks once more, so nobody has to reap it."""
    with home.log("keeper").open("wb") as log:
        starter = subprocess.Popen(
            [sys.executable, "-m", "assistant.embedded.keeper", "--home", home.path, "--announce-to", str(announce_to)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=os.environ | {"PYTHONPATH": _python_path()},
            pass_fds=(announce_to,),
            start_new_session=True,
        )
    starter.wait()


def _python_path() -> str:
    """Import the same code as this process does, wherever it was started."""
    inherited = os.environ.get("PYTHONPATH", "")
    return os.pathsep.join(filter(None, (str(_SOURCE_ROOT), inherited)))

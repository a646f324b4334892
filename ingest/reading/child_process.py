"""The child as its parent sees it: bytes in, frames out, each within a deadline."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import Enum
from pathlib import Path

from ingest.errors import ReadingUnavailable
from ingest.loaders.options import LoaderOptions
from ingest.reading.child import EXIT_OUT_OF_MEMORY
from ingest.reading.frames import HEADER, FrameBroken, decode, encode, length

ROOT = Path(__file__).resolve().parents[2]
# -P: a file called json.py in the current folder must not be taken for Python's; -B: nothing is written.
COMMAND = (sys.executable, "-P", "-B", "-X", "utf8", "-m", "ingest.reading.child")
# Importing takes a fraction of a second, more where all cores are busy.
START_S = 60
_MAX_READY_BYTES = 1_000
_CHUNK_BYTES = 1 << 20


class Failure(Enum):
    """Why a child is of no use any more."""

    MEMORY = "memory"
    CPU = "cpu"
    TIME = "time"
    CRASH = "crash"


class ChildFailed(Exception):
    """The child died, took too long, or sent what is no frame. `signal_name` is "" where it ended by itself."""

    def __init__(self, failure: Failure, signal_name: str = "") -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.signal_name = signal_name


class ChildProcess:
    """A running child. Raises ReadingUnavailable where none can be started. `command` is another program than ours."""

    def __init__(self, options: LoaderOptions, command: Sequence[str] = COMMAND) -> None:
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                cwd="/",
                start_new_session=True,
            )
        except OSError as exc:
            raise ReadingUnavailable(f"no process for reading documents can be started ({exc.strerror})") from exc
        assert self._process.stdin is not None  # noqa: S101 - for the type checker
        assert self._process.stdout is not None  # noqa: S101
        self._in, self._out = self._process.stdin, self._process.stdout
        os.set_blocking(self._in.fileno(), False)
        os.set_blocking(self._out.fileno(), False)
        self._received = bytearray()
        self._start(options)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def send(self, message: Mapping[str, object], data: bytes, deadline: float) -> None:
        """Send a frame and the bytes that belong to it. Raises ChildFailed."""
        for part in (encode(message), data):
            rest = memoryview(part)
            while rest:
                self._wait(self._in.fileno(), select.POLLOUT, deadline)
                try:
                    rest = rest[os.write(self._in.fileno(), rest[:_CHUNK_BYTES]) :]
                except BlockingIOError:
                    continue
                except BrokenPipeError as exc:
                    raise self._died() from exc

    def receive(self, max_bytes: int, deadline: float) -> Mapping[str, object]:
        """The next frame, of at most `max_bytes`. Raises ChildFailed. `deadline` is of time.monotonic()."""
        try:
            count = length(self._take(HEADER.size, deadline), max_bytes)
            return decode(self._take(count, deadline))
        except FrameBroken as exc:
            self.kill()
            raise ChildFailed(Failure.CRASH) from exc

    def kill(self) -> int:
        """End it; its exit code."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self._in.close()
        self._out.close()
        return code

    def _start(self, options: LoaderOptions) -> None:
        deadline = time.monotonic() + START_S
        try:
            self.send(asdict(options), b"", deadline)
            self.receive(_MAX_READY_BYTES, deadline)
        except ChildFailed as exc:
            raise ReadingUnavailable(
                "the process for reading documents does not start, perhaps for want of memory:"
                f" `{Path(sys.executable).name} -m ingest.reading.child < /dev/null` tells why"
            ) from exc
        except BaseException:
            self.kill()
            raise

    def _take(self, count: int, deadline: float) -> bytes:
        while len(self._received) < count:
            self._wait(self._out.fileno(), select.POLLIN, deadline)
            try:
                part = os.read(self._out.fileno(), _CHUNK_BYTES)
            except BlockingIOError:
                continue
            if not part:
                raise self._died()
            self._received += part
        taken = bytes(self._received[:count])
        del self._received[:count]
        return taken

    def _wait(self, fd: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(fd, event)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            self.kill()
            raise ChildFailed(Failure.TIME)

    def _died(self) -> ChildFailed:
        """It has closed its pipe: what its end was."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)  # the pipe closes a moment before the process is gone
        code = self.kill()
        if code == EXIT_OUT_OF_MEMORY:
            return ChildFailed(Failure.MEMORY)
        if code == -signal.SIGXCPU:
            return ChildFailed(Failure.CPU)
        name = signal.Signals(-code).name if code < 0 else ""
        return ChildFailed(Failure.MEMORY if name == "SIGKILL" else Failure.CRASH, name)


def _environment() -> dict[str, str]:
    """Only what finding our own modules and their libraries needs: secrets of the parent are none of its business."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    paths = [str(ROOT), *(path for path in given if Path(path).is_absolute())]
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV") if name in os.environ}
    # One arena of memory, so that the limit is not eaten up by reservations; no lxml, so that spreadsheets are read in
    # the same way wherever it happens to be installed.
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(paths),
        "LC_ALL": "C.UTF-8",
        "MALLOC_ARENA_MAX": "1",
        "OPENPYXL_LXML": "False",
    }

"""The servers that the keeper runs, and what keeps them from outliving it."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from assistant.embedded.home import Home
from assistant.embedded.process_record import write_record
from assistant.embedded.program import Program
from assistant.errors import EmbeddedStackError

_POLL_S = 0.01
_PR_SET_PDEATHSIG = 1  # prctl(2)
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Children:
    """Starts and ends programs. Each inherits the keeper's lock on the home, so the lock tells whether one is left."""

    def __init__(self, home: Home, lock: int) -> None:
        self._home = home
        self._lock = lock
        self._closed = False
        self._running: list[tuple[Program, subprocess.Popen[bytes]]] = []

    def start(self, program: Program) -> subprocess.Popen[bytes]:
        """Start a program; its log begins anew. Raises EmbeddedStackError when it can't be run at all."""
        if self._closed:
            raise EmbeddedStackError("The embedded stack is being ended: start again")
        try:
            with program.log.open("wb") as log:
                process = self._spawn(program, log.fileno())
        except (OSError, subprocess.SubprocessError) as exc:
            raise program.failed(f"can't be run: {exc}") from exc
        self._running.append((program, process))
        self._note()
        return process

    def reap(self) -> None:
        """Note which programs ended by themselves, so that nobody takes their process ids for theirs any more."""
        for program, process in self._running:
            if process.poll() is not None:
                print(f"{program.name} ended with {process.returncode}", file=sys.stderr, flush=True)
        self._note()

    async def run(self, program: Program, timeout_s: float) -> None:
        """Run a program to its end. Raises EmbeddedStackError when it fails."""
        process = self.start(program)
        await self.until(lambda: process.poll() is not None, program, process, timeout_s)
        if process.returncode:
            raise program.failed(f"ended with {process.returncode}")

    async def until(
        self, ready: Callable[[], bool], program: Program, process: subprocess.Popen[bytes], timeout_s: float
    ) -> None:
        """Wait until `ready()`. Raises EmbeddedStackError when the program ends before, or takes too long."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            ended = process.poll() is not None
            if ended or time.monotonic() > deadline:
                await self.stop(process)
                raise program.failed(f"ended with {process.returncode}" if ended else f"took over {timeout_s:.0f} s")
            await asyncio.sleep(_POLL_S)

    async def stop(self, process: subprocess.Popen[bytes]) -> None:
        """End one program in order, or by force when it does not end in time."""
        for entry in [entry for entry in self._running if entry[1] is process]:
            await self._stop(*entry)

    async def stop_all(self) -> None:
        """End all programs, the last started first; none can be started any more."""
        self._closed = True
        for program, process in reversed(self._running):
            await self._stop(program, process)

    async def _stop(self, program: Program, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            process.send_signal(program.stop_signal)
        deadline = time.monotonic() + program.stop_timeout_s
        while process.poll() is None and time.monotonic() < deadline:  # noqa: ASYNC110 (nothing else tells of it)
            await asyncio.sleep(_POLL_S)
        if process.poll() is None:
            print(f"{program.name} did not end within {program.stop_timeout_s:.0f} s: killed", file=sys.stderr)
            process.kill()
            process.wait()

    def _note(self) -> None:
        self._running = [entry for entry in self._running if entry[1].poll() is None]
        write_record(self._home.process_record, [process.pid for _, process in self._running])

    def _spawn(self, program: Program, log: int) -> subprocess.Popen[bytes]:
        account = program.account
        process = subprocess.Popen(
            program.command,
            stdin=subprocess.PIPE if program.input else subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=program.environment,
            pass_fds=(self._lock, *program.descriptors),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            # Safe: the keeper has one thread. Changing the user, done before, would take the signal away again.
            preexec_fn=_end_with_keeper(os.getpid(), program.stop_signal),  # noqa: PLW1509
        )
        if process.stdin:
            with suppress(BrokenPipeError), process.stdin:  # a program that died at once is told of by its exit code
                process.stdin.write(program.input)
        return process


def _end_with_keeper(keeper: int, stop_signal: signal.Signals) -> Callable[[], None] | None:
    """What the child does before it becomes the program: ask the kernel for `stop_signal` when the keeper is killed."""
    libc = _LIBC
    if libc is None:  # not Linux: the next keeper ends what is left (see process_record)
        return None

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != keeper:  # it was killed before we asked
            os._exit(1)

    return ask

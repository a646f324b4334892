"""A process that can be killed at any moment and is started again at once, as systemd would do."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from assistant.embedded.account import Account

RESTART_S = 0.1
"""systemd's default RestartSec."""
STOP_S = 45.0
"""A worker takes up to 30 s to finish what it is at."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: `environment` is complete, `log` takes both outputs of every start, `ready` stands in them when it
    serves."""

    name: str
    words: Sequence[str | Path]
    environment: Mapping[str, str]
    log: Path
    folder: Path
    account: Account | None = None
    ready: str = ""


class Supervised:
    """One program, running from `start` to `stop`; `starts` counts how often it was started, `slowest_start_s` is the
    longest that it took to serve."""

    def __init__(self, command: Command) -> None:
        self.name = command.name
        self.starts = 0
        self.slowest_start_s = 0.0
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._is_wanted = True
        self._log_begins_at = 0
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return when it runs; that it serves yet is for `until_ready`, or a client, to see."""
        started = asyncio.Event()
        self._keeper = asyncio.create_task(self._keep(started))
        await started.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process as it runs now; nothing where it is between two starts."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def kill(self) -> None:
        """End it with SIGKILL, and return when it is gone; another start follows by itself."""
        process = self._process
        if process is not None:
            self.signal(signal.SIGKILL)
            await process.wait()

    async def stop(self) -> None:
        """End it in order, by force where that takes too long, and start it no more."""
        self._is_wanted = False
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGINT)
        if self._keeper is not None:
            try:
                async with asyncio.timeout(STOP_S):
                    await asyncio.shield(self._keeper)
            except TimeoutError:
                self.signal(signal.SIGKILL)
                await self._keeper

    async def until_ready(self, timeout_s: float) -> None:
        """Return when it has said, since its latest start, that it serves. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while not self._is_ready():  # noqa: ASYNC110 (a file sets no event)
                await asyncio.sleep(0.05)

    async def _time_start(self) -> None:
        begun = time.monotonic()
        await self.until_ready(STOP_S * 2)
        self.slowest_start_s = max(self.slowest_start_s, time.monotonic() - begun)

    def _is_ready(self) -> bool:
        if self._process is None or self._process.returncode is not None:
            return False
        with self._command.log.open("rb") as log:
            log.seek(self._log_begins_at)
            return self._command.ready.encode() in log.read()

    async def _keep(self, started: asyncio.Event) -> None:
        while self._is_wanted:
            with self._command.log.open("ab") as log:
                self._log_begins_at = log.tell()
                self._process = await self._spawn(log)
            self.starts += 1
            started.set()
            timing = asyncio.create_task(self._time_start())
            await self._process.wait()
            timing.cancel()
            if self._is_wanted:
                await asyncio.sleep(RESTART_S)

    async def _spawn(self, log: IO[bytes]) -> asyncio.subprocess.Process:
        account = self._command.account
        words = [os.fspath(word) for word in self._command.words]
        return await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self._command.folder,
            env=dict(self._command.environment),
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )

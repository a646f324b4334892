"""Processes that are kept running: real ones, which end at once."""

from __future__ import annotations

import asyncio

import pytest

from assistant.child_process import ChildProcess
from assistant.restarting import keep_running
from tests.fakes.until import until

ENDS_AT_ONCE = "platform"  # of the standard library: prints a line, whatever it is given
RUNS = "asyncio"  # a prompt, until its input ends


def waited(caplog: pytest.LogCaptureFixture) -> list[float]:
    return [vars(record)["wait_s"] for record in caplog.records if vars(record)["service"] == "a bot"]


async def test_process_that_ends_is_started_again_ever_more_slowly(caplog: pytest.LogCaptureFixture) -> None:
    """Each time as a process of its own; the operator reads which one ended, and how."""
    process = ChildProcess(program=ENDS_AT_ONCE, patience_s=10.0, is_quiet=True)
    first = process.pid
    keeping = asyncio.create_task(keep_running(process, "a bot", (0.0, 0.01, 0.02), watch_s=0.01))
    try:
        await until(lambda: len(waited(caplog)) >= 4)
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        process.stop()
    assert waited(caplog)[:4] == [0.0, 0.01, 0.02, 0.02]
    assert vars(caplog.records[0])["exit_code"] == 0
    assert process.pid != first


async def test_process_that_runs_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    """Until it is told to end, which is no reason to start another."""
    process = ChildProcess(program=RUNS, patience_s=10.0, is_quiet=True)
    keeping = asyncio.create_task(keep_running(process, "a bot", (0.0,), watch_s=0.0))
    try:
        for _ in range(10):
            await asyncio.sleep(0)
        assert process.is_running
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        process.stop()
    assert process.exit_code == 0
    assert waited(caplog) == []

"""Homes for embedded stacks, and a check that nothing of them outlives the test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for one stack, which must have ended with the test."""
    folder = Path(tempfile.mkdtemp(prefix="llamadesk-test-"))
    yield folder / "home"
    left = [process.pid for process in psutil.process_iter() if str(folder) in _command_line(process)]
    shutil.rmtree(folder)
    assert left == []


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""

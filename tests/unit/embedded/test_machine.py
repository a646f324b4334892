"""Cores and memory as a container's limits leave them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.embedded.machine import available_cores, memory_bytes

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@pytest.mark.parametrize(
    ("limit", "cores"),
    [
        ("max 100000\n", CORES),
        ("50000 100000\n", 1),
        ("100000 100000\n", 1),
        ("6400000000 100000\n", CORES),
        ("0 100000\n", 1),
        ("100000 0\n", CORES),
        ("nonsense", CORES),
        ("", CORES),
    ],
)
def test_cores_follow_the_quota(tmp_path: Path, limit: str, cores: int) -> None:
    """Half a core counts as one; no limit, or one that can't be read, leaves all."""
    (tmp_path / "cpu.max").write_text(limit)
    assert available_cores(tmp_path) == cores


@pytest.mark.parametrize(("limit", "limited"), [("1048576\n", True), ("max\n", False), ("9" * 18, False)])
def test_memory_follows_the_limit(tmp_path: Path, limit: str, limited: bool) -> None:
    """The lower of the machine's memory and the container's limit."""
    installed = memory_bytes(tmp_path)
    (tmp_path / "memory.max").write_text(limit)
    assert memory_bytes(tmp_path) == (1048576 if limited else installed)

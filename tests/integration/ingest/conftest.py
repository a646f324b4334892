"""Each test has a database of its own, an empty working directory, and no settings from where the tests run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of all tests, so that the embedding model is exported once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path, exports: Path) -> None:
    for name in ("EMBEDDING_MODEL", "REDIS_URL", *(name for name in os.environ if name.startswith("ASSISTANT_"))):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("ASSISTANT_HOME", str(exports))
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path / "docs")

"""What can't work is told in one line that says what to do, and leaves no process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.embedded import Part, embedded_stack
from assistant.embedded.gguf import find_gguf
from assistant.embedded.home import open_home
from assistant.errors import EmbeddedStackError


def _error(home: Path, part: Part, gguf: Path | None = None) -> str:
    with pytest.raises(EmbeddedStackError) as caught, embedded_stack(home, [part], gguf=gguf):
        pass
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_home_that_is_a_file_is_named(home: Path) -> None:
    """The message names the file and the setting."""
    home.write_text("")
    message = _error(home, Part.REDIS)
    assert str(home) in message
    assert "ASSISTANT_HOME" in message


def test_home_that_cannot_be_made_is_named(home: Path) -> None:
    """Not even root can make a folder in /proc."""
    message = _error(Path("/proc/llamadesk"), Part.REDIS)
    assert message.startswith("/proc/llamadesk can't hold the embedded stack")
    assert not home.exists()


def test_file_that_is_no_model_is_refused_before_anything_starts(home: Path, tmp_path: Path) -> None:
    """The first bytes tell; no keeper is started for it."""
    page = tmp_path / "model.gguf"
    page.write_text("<!DOCTYPE html>")
    assert _error(home, Part.CHAT_MODEL, page) == (
        f"{page} is not a GGUF model file: set ASSISTANT_GGUF_FILE to one that llama.cpp can load"
    )
    assert not (home / "logs" / "keeper.log").exists()


def test_damaged_model_is_told_with_llama_cpps_reason(home: Path, tmp_path: Path) -> None:
    """A download that broke off fails with the reason, not with a time-out."""
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(find_gguf(None).read_bytes()[:2_000_000])
    message = _error(home, Part.CHAT_MODEL, cut)
    assert message.startswith("The embedded chat model ended with 1 (")
    assert "corrupted or incomplete" in message


def test_another_model_than_the_running_one_is_refused(home: Path, tmp_path: Path) -> None:
    """Two commands that want different models can't share one stack; the message names both files."""
    same = tmp_path / "same.gguf"
    same.symlink_to(find_gguf(None))
    other = tmp_path / "other.gguf"
    other.write_bytes(b"GGUF")
    with embedded_stack(home, [Part.CHAT_MODEL]) as first:
        with embedded_stack(home, [Part.CHAT_MODEL], gguf=same) as second:
            assert second == first
        message = _error(home, Part.CHAT_MODEL, other)
    assert str(other) in message
    assert str(find_gguf(None)) in message


def test_sockets_folder_of_somebody_else_is_refused(home: Path) -> None:
    """Where the sockets must lie in /tmp, a folder that others can write to is never used."""
    long = home / ("x" * 150)
    sockets = open_home(long).sockets
    sockets.mkdir()
    sockets.chmod(0o777)
    try:
        assert f"{sockets} must be a folder of this user's" in _error(long, Part.REDIS)
    finally:
        sockets.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can own a database folder that Postgres refuses")
def test_database_that_belongs_to_root_is_refused_with_the_remedy(home: Path) -> None:
    """A home restored from a backup by root: the message tells the command that mends it."""
    with embedded_stack(home, [Part.POSTGRES]):
        pass
    os.chown(home / "postgres", 0, 0)
    assert f"chown -R llamadesk {home}/postgres" in _error(home, Part.POSTGRES)

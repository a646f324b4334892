"""What the operator reads when something is missing or ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.embedded.log import last_words
from assistant.embedded.packages import INSTALL_EMBEDDED, package_folder, postgres_folder, redis_executable
from assistant.embedded.parts import EmbeddedUrls
from assistant.embedded.postgres_settings import server_options
from assistant.errors import EmbeddedStackError


@pytest.mark.parametrize(
    ("log", "telling", "words"),
    [
        ("start\nFATAL: disk full\nshutting down\n\n", "FATAL|PANIC", "FATAL: disk full"),
        ("FATAL: disk full\nPANIC: lost\n", "FATAL|PANIC", "FATAL: disk full"),
        ("start\nready\n", "FATAL", "ready"),
        ("one\ntwo\n", "", "two"),
        ("\n \n", "FATAL", "its log is empty"),
        ("a\x1b[31mred\tline", "", "a [31mred line"),
        ("x" * 1000, "", "x" * 300),
        ("old FATAL\n" + "filler\n" * 5000, "FATAL", "filler"),
    ],
)
def test_last_words_are_the_telling_ones(tmp_path: Path, log: str, telling: str, words: str) -> None:
    """On one line, printable, of bounded length, from the end of the log."""
    (tmp_path / "log").write_text(log)
    assert last_words(tmp_path / "log", telling) == words


def test_missing_log_has_no_words(tmp_path: Path) -> None:
    """A program that never started has not written any."""
    assert last_words(tmp_path / "log") == "its log is empty"


def test_missing_package_is_told_with_its_remedy() -> None:
    """The operator gets the command to run."""
    with pytest.raises(EmbeddedStackError, match=r"The embedded X is not installed; run: pip install"):
        package_folder("no_such_package_here", "The embedded X", f"run: {INSTALL_EMBEDDED}")


def test_installed_servers_are_found() -> None:
    """Both are files that can be executed."""
    for program in (postgres_folder() / "bin" / "postgres", redis_executable()):
        assert program.stat().st_mode & 0o111


def test_urls_come_back_from_json_and_hide_the_key() -> None:
    """Parts that were not asked for stay empty, and what a newer keeper adds is passed over."""
    urls = EmbeddedUrls.from_json({"redis_url": "unix:///r", "openai_api_key": "secret", "later": 1})
    assert urls == EmbeddedUrls(redis_url="unix:///r", openai_api_key="secret")
    assert "secret" not in repr(urls)


def test_postgres_stays_durable_and_off_the_network() -> None:
    """Nothing that makes commits durable is turned off, and no port is opened."""
    options = server_options("/run")
    settings = dict(option.split("=", 1) for option in options if option != "-c")
    assert settings["listen_addresses"] == ""
    assert settings["unix_socket_directories"] == "/run"
    assert not settings.keys() & {"fsync", "full_page_writes", "synchronous_commit", "wal_level"}

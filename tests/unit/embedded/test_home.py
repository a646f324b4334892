"""Where things lie in the home, and who may look at them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.embedded.home import MAX_SOCKET_PATH_BYTES, Home, check_sockets_folder, make_sockets_folder, open_home
from assistant.errors import EmbeddedStackError


def test_new_home_is_open_to_its_user_only(tmp_path: Path) -> None:
    """Nobody else may list what the assistant stores."""
    home = open_home(tmp_path / "a" / "home")
    assert {path.stat().st_mode & 0o077 for path in (home.path, home.path / "logs", home.redis, home.start_lock)} == {0}


def test_one_home_has_one_name(tmp_path: Path) -> None:
    """Commands that reach the home by different paths must find the same keeper."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert open_home(tmp_path / "link") == open_home(tmp_path / "x" / ".." / "real")


@pytest.mark.parametrize("length", [10, 60, 79, 80, 81, 120, 4000])
def test_no_socket_path_is_too_long(length: int) -> None:
    """The longest socket's path fits, wherever the home lies; short homes keep their sockets."""
    home = Home(Path("/" + "x" * (length - 1)))
    longest = home.sockets / "postgres" / ".s.PGSQL.5432"
    assert len(os.fsencode(longest)) <= MAX_SOCKET_PATH_BYTES
    assert home.sockets.is_relative_to(home.path) == (
        length <= MAX_SOCKET_PATH_BYTES - len("/run/postgres/.s.PGSQL.5432")
    )


def test_distant_homes_have_socket_folders_of_their_own() -> None:
    """Two homes with long paths don't meet in /tmp."""
    assert Home(Path("/" + "x" * 200)).sockets != Home(Path("/" + "y" * 200)).sockets


@pytest.mark.parametrize("kind", ["open to others", "a link", "a file"])
def test_sockets_folder_that_is_not_private_is_refused(tmp_path: Path, kind: str) -> None:
    """In /tmp anybody can put something in our way."""
    home = open_home(tmp_path)
    make_sockets_folder(home)
    check_sockets_folder(home)
    if kind == "open to others":
        home.sockets.chmod(0o755)
    else:
        home.sockets.rmdir()
        if kind == "a link":
            home.sockets.symlink_to(tmp_path / "logs")
        else:
            home.sockets.touch()
    with pytest.raises(EmbeddedStackError, match="permissions 0700"):
        check_sockets_folder(home)

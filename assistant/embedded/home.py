"""The folder of the embedded stack (ASSISTANT_HOME) and what lies where in it."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from assistant.embedded.parts import Part
from assistant.errors import EmbeddedStackError

# sun_path holds 108 bytes on Linux and 104 on macOS, with the closing zero (unix(7), checked 2026-11): the lower holds.
MAX_SOCKET_PATH_BYTES = 103
_LONGEST_SOCKET = "postgres/.s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below ASSISTANT_HOME. `path` is absolute, with its symbolic links resolved: one home, one name."""

    path: Path

    @property
    def start_lock(self) -> Path:
        """Held while somebody decides whether a keeper runs: by a command that connects, by a keeper that stops."""
        return self.path / "start.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held by the keeper and inherited by every server of it: free only once all of them are gone."""
        return self.path / "keeper.lock"

    @property
    def process_record(self) -> Path:
        """Who the keeper and its servers are, for the successor of a keeper that was killed."""
        return self.path / "processes.json"

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def redis(self) -> Path:
        return self.path / "redis"

    def log(self, name: Part | str) -> Path:
        return self.path / "logs" / f"{name}.log"

    @property
    def sockets(self) -> Path:
        """The folder of all sockets: in the home, or in a private folder of /tmp where the home's path is too long."""
        inside = self.path / "run"
        if len(os.fsencode(inside / _LONGEST_SOCKET)) <= MAX_SOCKET_PATH_BYTES:
            return inside
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        # Not tempfile.gettempdir(): TMPDIR may differ between two commands that are to share this stack.
        return Path(f"/tmp/llamadesk-{os.geteuid()}-{digest}")  # noqa: S108

    @property
    def keeper_socket(self) -> Path:
        return self.sockets / "keeper.sock"


def open_home(path: Path) -> Home:
    """The home at `path`, with its folders made (for this user's eyes only) where they are missing.

    Raises EmbeddedStackError, naming the folder, when it can't be made or written to.
    """
    try:
        home = Home(path.expanduser().resolve())
        home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (home.path / "logs", home.redis):
            folder.mkdir(mode=0o700, exist_ok=True)
        home.start_lock.touch(mode=0o600)
    except (OSError, RuntimeError) as exc:  # RuntimeError: no home folder is known for ~
        raise unusable_home(path, exc) from exc
    return home


def unusable_home(path: Path, exc: Exception) -> EmbeddedStackError:
    """The error for a home that can't be written to, on one line."""
    reason = (exc.strerror if isinstance(exc, OSError) else None) or str(exc)
    return EmbeddedStackError(
        f"{path} can't hold the embedded stack ({reason}): set ASSISTANT_HOME to a writable folder"
    )


def make_sockets_folder(home: Home) -> None:
    """Make the folder of the sockets where it is missing, open to this user only."""
    home.sockets.mkdir(mode=0o700, exist_ok=True)
    check_sockets_folder(home)


def check_sockets_folder(home: Home) -> None:
    """Refuse a folder that somebody else could have put there: /tmp is everybody's. A missing folder is fine."""
    try:
        found = home.sockets.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise EmbeddedStackError(
            f"{home.sockets} must be a folder of this user's with permissions 0700: remove it, or set ASSISTANT_HOME to"
            " a folder with a shorter path"
        )

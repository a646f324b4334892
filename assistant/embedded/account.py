"""The system user that runs PostgreSQL when we are root: Postgres refuses to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import EmbeddedStackError

ACCOUNT_NAME = "llamadesk"
_ADVICE = f"create a system user {ACCOUNT_NAME}, or run as a normal user, or set DATABASE_URL"


@dataclass(frozen=True, slots=True)
class Account:
    """Numeric ids, since the owner of a folder on a volume may have no name here."""

    uid: int
    gid: int


def postgres_account(data: Path) -> Account | None:
    """Who is to run Postgres on the folder `data`: None where that is ourselves.

    As root: the folder's owner where it exists already (a system user's number differs between container images), else
    the system user `llamadesk`, which is made where it is missing. Raises EmbeddedStackError when that is impossible.
    """
    if os.geteuid() != 0:
        return None
    if sys.platform != "linux":
        raise EmbeddedStackError("The embedded PostgreSQL can't be started by root here: run as a normal user")
    if not data.exists():
        return _system_account()
    owner = data.stat()
    if owner.st_uid == 0:
        raise EmbeddedStackError(f"PostgreSQL can't run as root, which owns {data}: run chown -R {ACCOUNT_NAME} {data}")
    return Account(owner.st_uid, owner.st_gid)


def _system_account() -> Account:
    found = _look_up()
    if found is None:
        _create()
        found = _look_up()
    if found is None:
        raise EmbeddedStackError(f"PostgreSQL can't run as root, and no other user could be made: {_ADVICE}")
    return found


def _look_up() -> Account | None:
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid)


def _create() -> None:
    """A user of its own, as every packaged Postgres has: sharing `nobody` would let other daemons read the data."""
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", ACCOUNT_NAME], check=True, capture_output=True)
    except FileNotFoundError as exc:
        raise EmbeddedStackError(f"PostgreSQL can't run as root, and there is no useradd here: {_ADVICE}") from exc
    except subprocess.CalledProcessError as exc:
        if _look_up() is None:  # else another stack was faster
            reason = " ".join(exc.stderr.decode("utf-8", "replace").split())
            raise EmbeddedStackError(f"PostgreSQL can't run as root, and useradd failed ({reason}): {_ADVICE}") from exc

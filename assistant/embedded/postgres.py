"""The embedded PostgreSQL: one cluster in the home, reached only through a Unix socket in a private folder.

Run by root, Postgres works as another user (see account) in folders which that user can't reach by their path, because
root's folders and the home are private. It gets them open instead, as descriptors named by /proc/self/fd: so that no
permission of any folder has to be loosened.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from assistant.embedded.account import Account, postgres_account
from assistant.embedded.children import Children
from assistant.embedded.home import Home
from assistant.embedded.packages import postgres_folder
from assistant.embedded.parts import Part
from assistant.embedded.postgres_files import runnable_postgres
from assistant.embedded.postgres_settings import INITDB_OPTIONS, server_options
from assistant.embedded.processes import runs_postgres
from assistant.embedded.program import Program
from assistant.embedded.reachable import reachable
from assistant.embedded.started import Started

DATABASE = "llamadesk"
_CREATE_TIMEOUT_S = 120.0
_START_TIMEOUT_S = 300.0  # after a crash the log is replayed first
_STOP_TIMEOUT_S = 60.0
_PID_FILE = "postmaster.pid"


async def start_postgres(home: Home, children: Children, say: Callable[[str], None]) -> Started:
    """Start the server, and make its cluster with the empty database `llamadesk` where there is none yet."""
    account = postgres_account(home.postgres)
    installed = runnable_postgres(account, postgres_folder())
    if not home.postgres.exists():
        say("Creating the PostgreSQL database (only once)")
        await _create_cluster(home, children, installed, account)
    say("Starting PostgreSQL")
    _forget_dead_server(home.postgres)
    sockets = _fresh_sockets_folder(home, account)
    with reachable([home.postgres, sockets], account) as found:
        data, socket_folder = found.paths
        command: list[str | Path] = [installed / "bin" / "postgres", "-D", data, *server_options(socket_folder)]
        program = _program(home, command, account, found.descriptors)
        process = children.start(program)
    await children.until(lambda: _is_ready(home.postgres, process.pid), program, process, _START_TIMEOUT_S)
    url = f"postgresql://postgres@/{DATABASE}?host={quote(str(sockets))}"
    return Started(process, {"database_url": url})


async def _create_cluster(home: Home, children: Children, installed: Path, account: Account | None) -> None:
    """Make the cluster under another name first: a half-made one is never taken for a whole one."""
    draft = home.path / "postgres.new"
    shutil.rmtree(draft, ignore_errors=True)
    _make_folder(draft, account)
    with reachable([draft], account) as found:
        (data,) = found.paths
        initdb: list[str | Path] = [installed / "bin" / "initdb", "-D", data, *INITDB_OPTIONS]
        await children.run(_program(home, initdb, account, found.descriptors), _CREATE_TIMEOUT_S)
        single: list[str | Path] = [
            installed / "bin" / "postgres",
            "--single",
            "-D",
            data,
            "-c",
            "exit_on_error=on",
            "postgres",
        ]
        create = f"create database {DATABASE}\n".encode()
        await children.run(_program(home, single, account, found.descriptors, create), _CREATE_TIMEOUT_S)
    draft.rename(home.postgres)


def _program(
    home: Home,
    command: Sequence[str | Path],
    account: Account | None,
    descriptors: tuple[int, ...],
    given: bytes = b"",
) -> Program:
    return Program(
        name="PostgreSQL",
        command=command,
        log=home.log(Part.POSTGRES),
        stop_signal=signal.SIGINT,  # "fast shutdown": clients are cut off, everything is written down
        stop_timeout_s=_STOP_TIMEOUT_S,
        telling=r"FATAL|PANIC|ERROR|error:",
        account=account,
        environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        descriptors=descriptors,
        input=given,
    )


def _fresh_sockets_folder(home: Home, account: Account | None) -> Path:
    """An empty folder for the server's socket; whoever used it before is gone, since we hold the keeper's lock."""
    folder = home.sockets / "postgres"
    shutil.rmtree(folder, ignore_errors=True)
    _make_folder(folder, account)
    return folder


def _make_folder(folder: Path, account: Account | None) -> None:
    folder.mkdir(mode=0o700)
    if account is not None:
        os.chown(folder, account.uid, account.gid)


def _forget_dead_server(data: Path) -> None:
    """Remove the pid file of a crashed server, unless a Postgres runs under that number.

    Postgres asks only whether there is such a process, and would refuse to start: after a restart of a container the
    same small numbers come again, and where nobody reaps the dead (a container without an init) they keep theirs. No
    server of ours lives, since we hold the keeper's lock; a Postgres that somebody else started here keeps its file.
    """
    pid = _pid_lines(data)[0]
    if pid.isdigit() and not runs_postgres(int(pid)):
        (data / _PID_FILE).unlink()


def _is_ready(data: Path, pid: int) -> bool:
    """The pid file's first line is the server's id, its eighth the state (src/include/utils/pidfile.h)."""
    lines = _pid_lines(data)
    return lines[0] == str(pid) and len(lines) >= 8 and lines[7].strip() == "ready"


def _pid_lines(data: Path) -> list[str]:
    try:
        return (data / _PID_FILE).read_text().splitlines() or [""]
    except FileNotFoundError:
        return [""]

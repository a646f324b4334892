"""The stack runs for root and for a normal user, and loosens no folder's permissions for it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from assistant.embedded import Part, embedded_stack
from assistant.embedded.account import Account
from assistant.embedded.packages import postgres_folder
from assistant.embedded.postgres_files import runnable_postgres
from tests.integration.embedded.stack_user import PACKAGES, ROOT, StackUser, stack_processes, survivors

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="changing to another user takes root")


def _python_for(uid: int) -> str:
    """This Python, or the system's of the same version where root keeps this one to itself."""
    candidates = (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}")
    for python in candidates:
        if _runs_for(uid, python):
            return python
    return pytest.skip(f"none of {candidates} runs the code in {ROOT} for another user than root")


def _runs_for(uid: int, python: str) -> bool:
    command = [python, "-c", "import assistant.embedded.keeper"]
    env = {"PYTHONPATH": PACKAGES}
    try:
        subprocess.run(
            command, user=uid, group=uid, extra_groups=[], cwd=ROOT, env=env, check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


@only_root
def test_normal_user_runs_everything_under_its_own_name(home: Path) -> None:
    """No process belongs to anybody else, and both servers answer."""
    uid = pwd.getpwnam("nobody").pw_uid
    python = _python_for(uid)
    home.parent.chmod(0o711)
    home.mkdir()
    os.chown(home, uid, uid)
    user = StackUser(home, [Part.POSTGRES, Part.REDIS], uid=uid, python=python)
    urls = user.urls()
    with psycopg.connect(urls.database_url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    with redis.Redis.from_url(urls.redis_url) as client:
        assert client.ping()
    processes = stack_processes(home)
    assert {process.uids().real for process in processes} == {uid}
    user.leave()
    assert survivors(processes) == []


@only_root
def test_root_runs_postgres_as_another_user_and_opens_no_folder(home: Path) -> None:
    """Postgres works in a home that its user can't reach by the path, since home and parent stay private."""
    before = home.parent.stat().st_mode
    with embedded_stack(home, [Part.POSTGRES]) as urls, psycopg.connect(urls.database_url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
        servers = [process for process in stack_processes(home) if process.name().startswith("postgres")]
        owners = {process.uids().real for process in servers}
    assert owners == {pwd.getpwnam("llamadesk").pw_uid}
    assert home.parent.stat().st_mode == before
    assert {home.stat().st_mode & 0o777, (home / "postgres").stat().st_mode & 0o777} == {0o700}


@only_root
def test_database_keeps_the_owner_it_has(home: Path) -> None:
    """On a volume that comes from another image the owner's number may have no name here."""
    uid = 54321
    with embedded_stack(home, [Part.POSTGRES]):
        pass
    for path in (home / "postgres", *(home / "postgres").rglob("*")):
        os.lchown(path, uid, uid)
    with embedded_stack(home, [Part.POSTGRES]) as urls, psycopg.connect(urls.database_url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
        assert psutil.Process(int((home / "postgres" / "postmaster.pid").read_text().split()[0])).uids().real == uid


@only_root
def test_postgres_below_a_private_folder_is_copied_once(tmp_path: Path) -> None:
    """An environment that only root can enter stays closed; a copy runs for the other user and is used again."""
    uid = pwd.getpwnam("nobody").pw_uid
    private, cache = tmp_path / "private", tmp_path / "cache"
    private.mkdir(mode=0o700)
    package = postgres_folder().parent
    installed = private / package.name / "pginstall18"
    shutil.copytree(postgres_folder(), installed, symlinks=True)
    shutil.copytree(package.with_name(f"{package.name}.libs"), private / f"{package.name}.libs", symlinks=True)
    _let_through(tmp_path)
    copy = runnable_postgres(Account(uid, uid), installed, cache)
    assert copy.is_relative_to(cache)
    for program in ("postgres", "initdb"):
        subprocess.run([copy / "bin" / program, "--version"], user=uid, group=uid, extra_groups=[], check=True)
    made = copy.stat().st_ino
    assert runnable_postgres(Account(uid, uid), installed, cache).stat().st_ino == made
    assert private.stat().st_mode & 0o777 == 0o700
    assert len(list(cache.iterdir())) == 1


def _let_through(folder: Path) -> None:
    """Let others pass the folders that pytest made for this test."""
    while folder != Path(folder.anchor) and folder.name != "tmp":
        folder.chmod(folder.stat().st_mode | 0o011)
        folder = folder.parent

"""What a crash leaves behind never hinders the next start, and what was committed is still there."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from assistant.embedded import Part, embedded_stack
from assistant.embedded.home import open_home
from assistant.embedded.processes import runs_postgres
from assistant.errors import EmbeddedStackError
from tests.integration.embedded.stack_user import StackUser, stack_processes, survivors


def _write(home: Path) -> None:
    with embedded_stack(home, [Part.POSTGRES, Part.REDIS]) as urls:
        with psycopg.connect(urls.database_url) as connection:
            connection.execute("create table kept as select 7 as number")
        with redis.Redis.from_url(urls.redis_url) as client:
            client.set("kept", "8")


def _read(home: Path) -> tuple[object, object]:
    with embedded_stack(home, [Part.POSTGRES, Part.REDIS]) as urls:
        with psycopg.connect(urls.database_url) as connection:
            row = connection.execute("select number from kept").fetchone()
        with redis.Redis.from_url(urls.redis_url) as client:
            return row, client.get("kept")


def test_killed_keeper_takes_its_servers_along_and_loses_nothing(home: Path) -> None:
    """The servers shut down in order; the next command finds all data, and is not misled by the dead socket."""
    with embedded_stack(home, [Part.POSTGRES, Part.REDIS]) as urls:
        with psycopg.connect(urls.database_url) as connection:
            connection.execute("create table kept as select 7 as number")
        with redis.Redis.from_url(urls.redis_url) as client:
            client.set("kept", "8")
        keeper, *servers = stack_processes(home)
        keeper.kill()
        assert survivors([keeper, *servers]) == []
        assert open_home(home).keeper_socket.is_socket()
    assert _read(home) == ((7,), b"8")


def test_next_command_waits_for_the_servers_of_a_killed_keeper(home: Path) -> None:
    """A start right after the kill neither fails nor runs two servers on the same files."""
    with embedded_stack(home, [Part.POSTGRES, Part.REDIS]):
        stack_processes(home)[0].kill()
        with embedded_stack(home, [Part.POSTGRES, Part.REDIS]) as urls, redis.Redis.from_url(urls.redis_url) as client:
            assert client.ping()


def test_everything_killed_at_once_loses_nothing_committed(home: Path) -> None:
    """As when the power goes: no server can shut down, Postgres repeats its log and cleans up its own pid file."""
    with embedded_stack(home, [Part.POSTGRES]) as urls:
        with psycopg.connect(urls.database_url) as connection:
            connection.execute("create table kept as select 7 as number")
        processes = stack_processes(home)
        for process in (*processes[1:], processes[0]):
            with suppress(psutil.NoSuchProcess):  # Postgres' own processes follow their parent at once
                process.kill()
        assert survivors(processes) == []
    assert (home / "postgres" / "postmaster.pid").exists()
    with embedded_stack(home, [Part.POSTGRES]) as urls, psycopg.connect(urls.database_url) as connection:
        assert connection.execute("select number from kept").fetchone() == (7,)


def test_pid_file_that_names_another_program_is_not_believed(home: Path) -> None:
    """After a container's restart the crashed server's number belongs to somebody else, who stays alive."""
    _write(home)
    owner = (home / "postgres").stat()
    other = psutil.Popen(["sleep", "600"], user=owner.st_uid if os.geteuid() == 0 else None)
    try:
        (home / "postgres" / "postmaster.pid").write_text(f"{other.pid}\n{home}/postgres\n1\n5432\n\n\n0 0\nready\n")
        os.chown(home / "postgres" / "postmaster.pid", owner.st_uid, owner.st_gid)
        assert not runs_postgres(other.pid)
        assert _read(home) == ((7,), b"8")
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_torn_append_only_file_is_repaired(home: Path) -> None:
    """Redis drops a half-written last command and keeps the rest."""
    _write(home)
    with (home / "redis" / "appendonly.aof").open("ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$4\r\nto")
    assert _read(home) == ((7,), b"8")


def test_half_made_database_is_made_anew(home: Path) -> None:
    """A first start that was killed leaves a draft, which the next start throws away."""
    draft = open_home(home).path / "postgres.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    with embedded_stack(home, [Part.POSTGRES]) as urls, psycopg.connect(urls.database_url) as connection:
        assert connection.execute("select current_database()").fetchone() == ("llamadesk",)
    assert not draft.exists()


def test_leftover_socket_and_damaged_record_do_not_hinder(home: Path) -> None:
    """A socket nobody listens on and an unreadable process record are simply replaced."""
    opened = open_home(home)
    opened.sockets.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(opened.keeper_socket))
    opened.process_record.write_text('{"keeper": [1')
    with embedded_stack(home, [Part.REDIS]) as urls, redis.Redis.from_url(urls.redis_url) as client:
        assert client.ping()


def test_dead_server_is_started_again_for_the_next_user(home: Path) -> None:
    """A Redis that was killed under a living keeper comes back when somebody asks for it, even in the moments
    in which its last threads end, before the keeper can reap it."""
    with embedded_stack(home, [Part.REDIS]) as urls:
        for _ in range(10):
            server = stack_processes(home)[1]
            server.kill()
            assert survivors([server]) == []
            with embedded_stack(home, [Part.REDIS]), redis.Redis.from_url(urls.redis_url) as client:
                assert client.ping()


def test_keeper_told_to_stop_stops_its_servers_in_order(home: Path) -> None:
    """SIGTERM (a machine that shuts down) ends servers and keeper although a lease is open; the user is not harmed."""
    user = StackUser(home, [Part.POSTGRES])
    user.urls()
    processes = stack_processes(home)
    processes[0].send_signal(signal.SIGTERM)
    assert survivors(processes) == []
    assert not (home / "postgres" / "postmaster.pid").exists()
    user.leave()


def test_unreadable_append_only_file_is_told_with_its_log(home: Path) -> None:
    """What Redis can't repair fails the start with its own words, and the keeper does not stay behind."""
    _write(home)
    (home / "redis" / "appendonly.aof").write_bytes(b"no redis file at all\r\n" * 40)
    with (
        pytest.raises(EmbeddedStackError, match=r"Redis ended with 1 .*Bad file format.*redis\.log"),
        embedded_stack(home, [Part.REDIS]),
    ):
        pass

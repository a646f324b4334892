"""Commands side by side share one stack, which ends with the last of them, however that ends."""

from __future__ import annotations

from pathlib import Path

import psycopg
import redis

from assistant.embedded import Part
from tests.integration.embedded.stack_user import StackUser, stack_processes, survivors


def test_two_commands_share_one_stack_and_it_ends_with_the_second(home: Path) -> None:
    """The second gets the first's server, keeps it when the first leaves, and takes everything along when it leaves."""
    first, second = StackUser(home, [Part.POSTGRES]), StackUser(home, [Part.POSTGRES])
    urls = first.urls()
    assert second.urls() == urls
    processes = stack_processes(home)
    with psycopg.connect(urls.database_url, autocommit=True) as connection:
        before = connection.execute("select pg_postmaster_start_time()").fetchone()
        first.leave()
        assert connection.execute("select pg_postmaster_start_time()").fetchone() == before
    assert processes[0].is_running()
    second.leave()
    assert survivors(processes) == []


def test_four_commands_started_at_once_share_one_stack(home: Path) -> None:
    """Whoever is first starts it; nobody starts a second one."""
    users = [StackUser(home, [Part.REDIS]) for _ in range(4)]
    run_ids = set()
    for user in users:
        with redis.Redis.from_url(user.urls().redis_url) as client:
            run_ids.add(client.info("server")["run_id"])
    assert len(run_ids) == 1
    processes = stack_processes(home)
    for user in users:
        user.leave()
    assert survivors(processes) == []


def test_killed_command_gives_its_lease_back(home: Path) -> None:
    """kill -9 of the only user ends the stack."""
    user = StackUser(home, [Part.REDIS])
    user.urls()
    processes = stack_processes(home)
    user.kill()
    assert survivors(processes) == []


def test_killed_command_leaves_the_stack_to_the_others(home: Path) -> None:
    """kill -9 of one user, the very one that started the stack, takes nothing from the other."""
    first = StackUser(home, [Part.REDIS])
    url = first.urls().redis_url
    second = StackUser(home, [Part.REDIS])
    second.urls()
    first.kill()
    with redis.Redis.from_url(url) as client:
        assert client.ping()
    second.leave()


def test_commands_that_come_while_the_stack_ends_get_a_new_one(home: Path) -> None:
    """Leaving and coming at the same moment never ends in an error: each newcomer has a Redis that answers."""
    leaving = StackUser(home, [Part.REDIS])
    leaving.urls()
    for _ in range(5):
        coming = StackUser(home, [Part.REDIS])
        leaving.leave()
        with redis.Redis.from_url(coming.urls().redis_url) as client:
            assert client.ping()
        leaving = coming
    leaving.leave()


def test_command_killed_while_the_stack_starts_leaves_nothing(home: Path) -> None:
    """The keeper notices that nobody waits any more, and the next command finds a usable home."""
    hasty = StackUser(home, [Part.POSTGRES])
    while not (home / "processes.json").exists():
        assert hasty.process.poll() is None
    processes = stack_processes(home)
    hasty.kill()
    assert survivors(processes) == []
    patient = StackUser(home, [Part.POSTGRES])
    with psycopg.connect(patient.urls().database_url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    patient.leave()

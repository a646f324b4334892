"""The tasks of a sync in real Postgres."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from assistant.database import open_pool
from ingest.errors import IngestError
from ingest.intake import Choices
from ingest.outcome import Outcome
from ingest.reading.base import SourceFile
from ingest.spread.run_table import RunTable
from ingest.spread.task_table import TaskTable
from ingest.spread.work_order import WorkOrder

ORDER = WorkOrder(Choices("faq"), "", 256, 25, 20)


@pytest.fixture
def pool(database_url: str) -> Iterator[ConnectionPool]:
    with open_pool(database_url, 2) as pool:
        yield pool


@pytest.fixture
def runs(pool: ConnectionPool, database_url: str) -> RunTable:
    return RunTable(pool, database_url)


@pytest.fixture
def tasks(pool: ConnectionPool) -> TaskTable:
    return TaskTable(pool)


@pytest.fixture
def run_id(runs: RunTable) -> Iterator[int]:
    with runs.opened(ORDER) as (run_id, _):
        yield run_id


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def source(name: str) -> SourceFile:
    return SourceFile(f"/docs/{name}", name, data=name.encode(), media_type="text/plain")


def outcome(name: str) -> Outcome:
    return Outcome(f"/docs/{name}", name, 2, notes=("left out",), new_chunks=1, source_uri=f"/docs/{name}")


def leave_to_die(connection: psycopg.Connection) -> None:
    connection.execute("update ingest_tasks set lease_until = now() - interval '1 second' where state = 'running'")


def names(leased: TaskTable, run_id: int, holder: str, most: int = 9, *, again: bool = False) -> list[str]:
    return [task.source.name for task in leased.lease(run_id, holder, most, again=again)]


def test_each_task_is_leased_by_one_worker(tasks: TaskTable, run_id: int) -> None:
    """With all that was placed of it, first ones first."""
    placed = tasks.place(run_id, [source("a"), source("b"), source("c")])
    first = tasks.lease(run_id, "one", 2)
    assert [(task.id, task.source) for task in first] == [(placed[0], source("a")), (placed[1], source("b"))]
    assert names(tasks, run_id, "two") == ["c"]
    assert names(tasks, run_id, "two") == []


def test_content_goes_when_a_task_is_done(tasks: TaskTable, run_id: int, connection: psycopg.Connection) -> None:
    """The row itself when its outcome is collected, once."""
    tasks.place(run_id, [source("a")])
    [task] = tasks.lease(run_id, "one", 1)
    refused = Outcome("/docs/a/b", error=IngestError("is \ud800bad\0"), source_uri="/docs/a")
    tasks.finish(task.id, "one", [outcome("a"), refused])
    assert connection.execute("select state, content from ingest_tasks").fetchall() == [("done", None)]
    [done] = tasks.collect(run_id)
    assert (done.id, done.outcomes[0]) == (task.id, outcome("a"))
    assert (done.outcomes[1].uri, str(done.outcomes[1].error)) == ("/docs/a/b", "is bad")
    assert tasks.collect(run_id) == []
    assert connection.execute("select count(*) from ingest_tasks").fetchone() == (0,)


def test_tasks_of_a_dead_worker_are_taken_alone(tasks: TaskTable, run_id: int, connection: psycopg.Connection) -> None:
    """One of them may be what killed it."""
    tasks.place(run_id, [source("a"), source("b")])
    tasks.lease(run_id, "one", 2)
    assert names(tasks, run_id, "two", again=True) == []
    leave_to_die(connection)
    tasks.place(run_id, [source("c")])
    assert names(tasks, run_id, "two") == ["c"]
    assert names(tasks, run_id, "two", 1, again=True) == ["a"]
    assert names(tasks, run_id, "three", 1, again=True) == ["b"]


def test_late_outcome_of_a_lost_lease_changes_nothing(
    tasks: TaskTable, run_id: int, connection: psycopg.Connection
) -> None:
    """Another worker is at it."""
    tasks.place(run_id, [source("a")])
    [task] = tasks.lease(run_id, "one", 1)
    leave_to_die(connection)
    tasks.lease(run_id, "two", 1, again=True)
    tasks.finish(task.id, "one", [outcome("a")])
    assert tasks.collect(run_id) == []
    tasks.finish(task.id, "two", [outcome("a")])
    assert [done.id for done in tasks.collect(run_id)] == [task.id]


def test_renewed_lease_runs_on(tasks: TaskTable, run_id: int, connection: psycopg.Connection) -> None:
    """Only the holder's own."""
    tasks.place(run_id, [source("a"), source("b")])
    first, second = (tasks.lease(run_id, holder, 1)[0].id for holder in ("one", "two"))
    leave_to_die(connection)
    tasks.renew([first, second], "one")
    assert names(tasks, run_id, "three", again=True) == ["b"]


def test_document_that_kills_three_workers_is_given_up(
    tasks: TaskTable, run_id: int, connection: psycopg.Connection
) -> None:
    """It is refused by name; one whose dead holder is known need not wait for its lease to run out."""
    tasks.place(run_id, [source("a")])
    for again in (False, True, True):
        assert tasks.collect(run_id) == []
        assert names(tasks, run_id, "one", again=again) == ["a"]
        tasks.expire(run_id, "one")
    assert names(tasks, run_id, "one", again=True) == []
    [done] = tasks.collect(run_id)
    [refused] = done.outcomes
    assert (refused.uri, refused.source_uri, refused.status) == ("/docs/a", "/docs/a", "refused")
    assert str(refused.error).startswith("/docs/a was given up, its worker died three times")
    assert connection.execute("select count(*) from ingest_tasks").fetchone() == (0,)


def test_task_handed_back_is_as_new(tasks: TaskTable, run_id: int) -> None:
    """A worker that stops leaves nothing to wait for."""
    tasks.place(run_id, [source("a")])
    for _ in range(4):
        [task] = tasks.lease(run_id, "one", 1)
        tasks.hand_back([task.id], "one")
    assert names(tasks, run_id, "two") == ["a"]


def test_two_sources_of_one_name_are_taken_in_turn(tasks: TaskTable, run_id: int) -> None:
    """The later one is what stays."""
    first, second = tasks.place(run_id, [source("a"), source("a")])
    assert [task.id for task in tasks.lease(run_id, "one", 9)] == [first]
    tasks.finish(first, "one", [outcome("a")])
    assert [task.id for task in tasks.lease(run_id, "one", 9)] == [second]


def test_run_is_found_as_long_as_it_has_tasks(tasks: TaskTable, runs: RunTable, run_id: int) -> None:
    """With its order, as it was given."""
    assert runs.find() is None
    tasks.place(run_id, [source("a")])
    found = runs.find()
    assert found is not None
    assert (found.id, found.order) == (run_id, ORDER)
    tasks.lease(run_id, "one", 1)
    assert runs.find() is None


def test_nothing_is_left_of_a_run_that_ended(tasks: TaskTable, runs: RunTable, connection: psycopg.Connection) -> None:
    """Also of one that failed, with what was not done yet."""

    def fail() -> None:
        with runs.opened(ORDER) as (run_id, _):
            tasks.place(run_id, [source("a")])
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert connection.execute("select count(*) from ingest_tasks").fetchone() == (0,)
    assert connection.execute("select count(*) from ingest_runs").fetchone() == (0,)


def test_tasks_of_a_killed_command_are_not_taken_up(
    tasks: TaskTable, runs: RunTable, connection: psycopg.Connection
) -> None:
    """Its rows go, what a worker is at when its lease has ended; those of a live run stay."""
    with runs.opened(ORDER) as (live, _), runs.opened(ORDER) as (killed, sign):
        for run in (live, killed):
            tasks.place(run, [source("a"), source("b")])
        [held] = tasks.lease(killed, "one", 1)
        sign.end()
        connection.execute("update ingest_runs set created_at = now() - interval '1 minute'")
        assert tasks.lease(killed, "two", 1) == []
        runs.drop_abandoned("other")
        assert connection.execute("select count(*) from ingest_tasks").fetchone() == (4,)
        runs.drop_abandoned("faq")
        assert connection.execute("select id from ingest_tasks where run_id = %s", [killed]).fetchall() == [(held.id,)]
        leave_to_die(connection)
        tasks.renew([held.id], "one")
        runs.wait_for_abandoned("faq")
        assert connection.execute("select id from ingest_runs").fetchall() == [(live,)]
        assert connection.execute("select count(*) from ingest_tasks").fetchone() == (2,)

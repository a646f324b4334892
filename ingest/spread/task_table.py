"""The tasks: each source of a run that a worker is to take in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from assistant.database import database_errors
from ingest.errors import ReadingLimitExceeded, shown
from ingest.outcome import Outcome
from ingest.reading.base import SourceFile
from ingest.spread.outcome_json import outcome_from_json, outcome_json

LEASE_S = 20
MAX_ATTEMPTS = 3

LEASABLE = f"""t.attempts < {MAX_ATTEMPTS}
    and (t.state = 'pending' or t.state = 'running' and t.lease_until < now())"""
_PLACE = """
insert into ingest_tasks (run_id, uri, name, media_type, content) values (%s, %s, %s, %s, %s) returning id
"""
# One that was leased before may have cost a worker its life: it is taken alone, so that no other pays for it.
_LEASE = f"""
with taken as (
    select t.id from ingest_tasks t where t.run_id = %(run_id)s and (t.attempts > 0) = %(again)s and {LEASABLE}
        and (select ingest_run_is_live(%(run_id)s))
        and not exists (
            select from ingest_tasks o where o.run_id = t.run_id and o.uri = t.uri and o.id < t.id and o.state <> 'done'
        )
    order by t.id limit %(most)s for update skip locked
)
update ingest_tasks t
set state = 'running', holder = %(holder)s, attempts = attempts + 1, lease_until = now() + interval '{LEASE_S} seconds'
from taken where t.id = taken.id
returning t.id, t.uri, t.name, t.media_type, t.content
"""  # noqa: S608 - a constant
_RENEW = f"""
update ingest_tasks t set lease_until = now() + interval '{LEASE_S} seconds'
where id = any(%(ids)s) and state = 'running' and holder = %(holder)s and ingest_run_is_live(run_id)
"""  # noqa: S608 - a constant
_HAND_BACK = """
update ingest_tasks set state = 'pending', lease_until = null, attempts = attempts - 1
where id = any(%(ids)s) and state = 'running' and holder = %(holder)s
"""
_FINISH = """
update ingest_tasks set state = 'done', content = null, lease_until = null, outcomes = %(outcomes)s
where id = %(id)s and state = 'running' and holder = %(holder)s
"""
_EXPIRE = "update ingest_tasks set lease_until = '-infinity' where run_id = %s and state = 'running' and holder = %s"
_GIVEN_UP = f"""
delete from ingest_tasks t where t.id in (
    select id from ingest_tasks
    where run_id = %s and state = 'running' and lease_until < now() and attempts >= {MAX_ATTEMPTS}
    for update skip locked
) returning t.id, t.uri
"""  # noqa: S608 - a constant
_COLLECT = "delete from ingest_tasks where run_id = %s and state = 'done' returning id, outcomes"


@dataclass(frozen=True, slots=True)
class Task:
    """A task that was leased."""

    id: int
    source: SourceFile


@dataclass(frozen=True, slots=True)
class Done:
    """A task that is done, with what became of the source's documents."""

    id: int
    outcomes: tuple[Outcome, ...]


class TaskTable:
    """The tasks in one database. All methods raise DatabaseUnavailable."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def place(self, run_id: int, sources: Iterable[SourceFile]) -> list[int]:
        """Add tasks, whose sources have `data`; their ids, in order."""
        ids = list[int]()
        with database_errors(), self._pool.connection() as connection, connection.transaction():
            for source in sources:
                values = [run_id, source.uri, source.name, source.media_type, source.data]
                row = connection.execute(_PLACE, values, binary=True).fetchone()
                ids += [int(row[0])] if row else []
        return ids

    def lease(self, run_id: int, holder: str, most: int, *, again: bool = False) -> list[Task]:
        """Take up to `most` tasks, first ones first, for LEASE_S; with `again` those that a worker had before. Of two
        that have one uri, the second is not to be had before the first is done."""
        values = {"run_id": run_id, "holder": holder, "most": most, "again": again}
        with database_errors(), self._pool.connection() as connection:
            rows = connection.execute(_LEASE, values, binary=True).fetchall()
        return [
            Task(task_id, SourceFile(uri, name, data=bytes(content), media_type=media_type))
            for task_id, uri, name, media_type, content in sorted(rows)
        ]

    def renew(self, ids: Sequence[int], holder: str) -> None:
        """Hold them for LEASE_S from now on: those that are still the holder's, and whose run goes on."""
        with database_errors(), self._pool.connection() as connection:
            connection.execute(_RENEW, {"ids": list(ids), "holder": holder})

    def hand_back(self, ids: Sequence[int], holder: str) -> None:
        """Leave them to others, as if they had never been leased."""
        with database_errors(), self._pool.connection() as connection:
            connection.execute(_HAND_BACK, {"ids": list(ids), "holder": holder})

    def finish(self, task_id: int, holder: str, outcomes: Sequence[Outcome]) -> None:
        """Note what became of it. Nothing happens if it is another's by now, or gone."""
        told = Jsonb([outcome_json(outcome) for outcome in outcomes])
        with database_errors(), self._pool.connection() as connection:
            connection.execute(_FINISH, {"id": task_id, "holder": holder, "outcomes": told})

    def expire(self, run_id: int, holder: str) -> None:
        """End the leases of a holder that is known to be dead."""
        with database_errors(), self._pool.connection() as connection:
            connection.execute(_EXPIRE, [run_id, holder])

    def collect(self, run_id: int) -> list[Done]:
        """Take away what is done, and what is given up: it was leased MAX_ATTEMPTS times, and each time that ended
        without a word."""
        with database_errors(), self._pool.connection() as connection, connection.transaction():
            done = connection.execute(_COLLECT, [run_id]).fetchall()
            given_up = connection.execute(_GIVEN_UP, [run_id]).fetchall()
        finished = [Done(task_id, tuple(map(outcome_from_json, told))) for task_id, told in done]
        refused = [Done(task_id, (_given_up(uri),)) for task_id, uri in given_up]
        return sorted([*finished, *refused], key=lambda task: task.id)


def _given_up(uri: str) -> Outcome:
    error = ReadingLimitExceeded(
        f"{shown(uri)} was given up, its worker died three times: look into the workers' logs, split the document,"
        " or give the workers more memory"
    )
    return Outcome(uri, error=error, source_uri=uri)

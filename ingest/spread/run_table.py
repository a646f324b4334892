"""The runs: each `ingest sync --workers` that is under way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from assistant.database import database_errors
from assistant.presence import Live, LiveLock, live_count
from ingest.spread.task_table import LEASABLE
from ingest.spread.work_order import WorkOrder

_OPEN = "insert into ingest_runs (knowledge_set, work_order) values (%s, %s) returning id"
_CLOSE = "delete from ingest_runs where id = %s"
_FIND = f"""
select r.id, r.work_order from ingest_runs r
where ingest_run_is_live(r.id) and exists (select from ingest_tasks t where t.run_id = r.id and {LEASABLE})
order by r.id limit 1
"""  # noqa: S608 - a constant
# A run just being opened is not locked yet.
_IS_ABANDONED = "not ingest_run_is_live(r.id) and r.created_at < now() - interval '10 seconds'"
_DROP_WAITING = f"""
delete from ingest_tasks t using ingest_runs r
where r.id = t.run_id and t.state <> 'running' and {_IS_ABANDONED} and r.knowledge_set = coalesce(%s, r.knowledge_set)
"""  # noqa: S608 - a constant
_DROP_ABANDONED = f"""
delete from ingest_runs r where {_IS_ABANDONED}
and not exists (select from ingest_tasks t where t.run_id = r.id and t.state = 'running' and t.lease_until > now())
"""  # noqa: S608 - a constant
_BUSY = """
select exists (
    select from ingest_runs r join ingest_tasks t on t.run_id = r.id
    where r.knowledge_set = %s and not ingest_run_is_live(r.id) and t.state = 'running' and t.lease_until > now()
)
"""
_WAIT_S = 0.2


@dataclass(frozen=True, slots=True)
class Run:
    """A run as workers see it."""

    id: int
    order: WorkOrder


class RunTable:
    """The runs in one database. All methods raise DatabaseUnavailable."""

    def __init__(self, pool: ConnectionPool, database_url: str) -> None:
        self._pool = pool
        self._database_url = database_url

    @contextmanager
    def opened(self, order: WorkOrder) -> Iterator[tuple[int, LiveLock]]:
        """A run's id and its sign of life; with the block the run ends, and all that is left of its tasks goes."""
        with database_errors(), self._pool.connection() as connection:
            row = connection.execute(_OPEN, [order.choices.knowledge_set, Jsonb(order.to_json())]).fetchone()
        run_id = int(row[0]) if row else 0
        lock = LiveLock(self._database_url, Live.INGEST_RUN, run_id)
        try:
            lock.keep()
            yield run_id, lock
        finally:
            lock.end()
            with database_errors(), self._pool.connection() as connection:
                connection.execute(_CLOSE, [run_id])

    def find(self) -> Run | None:
        """The oldest run that has a task to lease."""
        with database_errors(), self._pool.connection() as connection:
            row = connection.execute(_FIND).fetchone()
        return None if row is None else Run(row[0], WorkOrder.from_json(row[1]))

    def drop_abandoned(self, knowledge_set: str | None = None) -> None:
        """Remove what runs left behind whose command was killed, of all sets or of one: except what a worker is at."""
        with database_errors(), self._pool.connection() as connection:
            connection.execute(_DROP_WAITING, [knowledge_set])
            connection.execute(_DROP_ABANDONED)

    def wait_for_abandoned(self, knowledge_set: str) -> None:
        """Return when no worker is at a document for a killed command any more: its text may be older than ours. That
        takes no longer than a lease, as the leases of such a run are not renewed."""
        self.drop_abandoned(knowledge_set)
        while self._is_busy(knowledge_set):
            time.sleep(_WAIT_S)

    def _is_busy(self, knowledge_set: str) -> bool:
        with database_errors(), self._pool.connection() as connection:
            row = connection.execute(_BUSY, [knowledge_set]).fetchone()
        return bool(row and row[0])

    def live_workers(self) -> int:
        """How many ingest workers serve this database now."""
        with database_errors(), self._pool.connection() as connection:
            return live_count(connection, Live.INGEST_WORKER)

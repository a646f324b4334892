"""Signs of life, told by Postgres: an advisory lock ends with its connection, however that ends."""

from __future__ import annotations

import psycopg

from assistant.database import connect, database_errors
from assistant.errors import DatabaseUnavailable

RUN_LOCK = 0x696E6772  # "ingr", as in ingest_run_is_live: with it goes the run's id
WORKER_LOCK = 0x696E6777  # "ingw": all ingest workers hold it together

# A machine that went away without a word is noticed after a minute, not after the two hours of TCP's default.
_NOTICE_SOON = "set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3"
_HOLD = "select pg_advisory_lock_shared(%s, %s)"
_COUNT = """
select count(*) from pg_locks
where locktype = 'advisory' and classid = %s::bigint::oid and objid = 0 and objsubid = 2 and granted
  and database = (select oid from pg_database where datname = current_database())
"""


class LiveLock:
    """A sign of life of one process. `keep` renews it after a lost connection."""

    def __init__(self, database_url: str, kind: int, number: int = 0) -> None:
        self._database_url = database_url
        self._key = [kind, number]
        self._connection: psycopg.Connection | None = None

    def keep(self) -> None:
        """Make sure that the sign stands. Raises DatabaseUnavailable."""
        try:
            with database_errors():
                if self._connection is None or self._connection.closed:
                    self._connection = connect(self._database_url)
                    self._connection.execute(_NOTICE_SOON)
                    self._connection.execute(_HOLD, self._key)
                else:
                    self._connection.execute("select 1")
        except DatabaseUnavailable:
            self.end()
            raise

    def end(self) -> None:
        """Take the sign away."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def live_ingest_workers(connection: psycopg.Connection) -> int:
    """How many ingest workers serve this database now. Raises psycopg.Error."""
    row = connection.execute(_COUNT, [WORKER_LOCK]).fetchone()
    return int(row[0]) if row else 0

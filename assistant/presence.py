"""Signs of life, told by Postgres: an advisory lock ends with its connection, however that ends."""

from __future__ import annotations

from enum import Enum

import psycopg

from assistant.database import connect, database_errors
from assistant.errors import DatabaseUnavailable

# A machine that went away without a word is noticed after a minute, not after the two hours of TCP's default.
_NOTICE_SOON = "set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3"
_HOLD = "select pg_advisory_lock_shared(%s, %s)"
# Of a lock of two numbers, objsubid is 2.
_COUNT = """
select count(*) from pg_locks
where locktype = 'advisory' and classid = %s::bigint::oid and objid = 0 and objsubid = 2 and granted
  and database = (select oid from pg_database where datname = current_database())
"""


class Live(Enum):
    """What shows that it lives; its value is the first number of the lock."""

    WORKER = 0x6C6C616D  # "llam"
    INGEST_WORKER = 0x696E6777  # "ingw"
    INGEST_RUN = 0x696E6772  # "ingr", as in ingest_run_is_live: with it goes the run's id


class LiveLock:
    """A sign of life of one process, which others of its kind may show as well. `keep` renews it after a lost
    connection."""

    def __init__(self, database_url: str, kind: Live, number: int = 0) -> None:
        self._database_url = database_url
        self._key = [kind.value, number]
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


def live_count(connection: psycopg.Connection, kind: Live) -> int:
    """How many of that kind serve this database now. Raises psycopg.Error."""
    row = connection.execute(_COUNT, [kind.value]).fetchone()
    return int(row[0]) if row else 0


def live_workers(database_url: str) -> int:
    """How many workers serve this database now. Raises DatabaseUnavailable."""
    with database_errors(), connect(database_url) as connection:
        return live_count(connection, Live.WORKER)

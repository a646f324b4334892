"""Which workers are alive, told by Postgres: each holds an advisory lock that ends with its connection, however it
ends."""

from __future__ import annotations

import psycopg

from assistant.database import connect, database_errors
from assistant.errors import DatabaseUnavailable

_WORKER_LOCK = 0x6C6C616D  # "llam": one number for all workers, held shared

_HOLD = "select pg_advisory_lock_shared(%s)"
_COUNT = """
select count(*) from pg_locks
where locktype = 'advisory' and objid = %s and classid = 0 and granted
  and database = (select oid from pg_database where datname = current_database())
"""


class Presence:
    """This worker's sign of life. `keep` renews it after a lost connection."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._connection: psycopg.Connection | None = None

    def keep(self) -> None:
        """Make sure that the sign stands. Raises DatabaseUnavailable."""
        try:
            with database_errors():
                if self._connection is None or self._connection.closed:
                    self._connection = connect(self._database_url)
                    self._connection.execute(_HOLD, [_WORKER_LOCK])
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


def live_workers(database_url: str) -> int:
    """How many workers serve this database now. Raises DatabaseUnavailable."""
    with database_errors(), connect(database_url) as connection:
        row = connection.execute(_COUNT, [_WORKER_LOCK]).fetchone()
    return int(row[0]) if row else 0

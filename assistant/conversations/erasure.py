"""Texts go when their time is over: what is too old, and what was to be forgotten and was still needed."""

from __future__ import annotations

from psycopg import AsyncConnection

from assistant.conversations import erasure_statements as statements
from assistant.database import AsyncPool, database_errors

BATCH = 500
"""At most so many rows of a table at once: nobody waits for it, also not when a year's texts go after an upgrade."""


class Erasure:
    """The gateways' view; several do no harm. Texts are kept for `keep_days` days after they came in, 0: for ever."""

    def __init__(self, pool: AsyncPool, keep_days: float, batch: int = BATCH) -> None:
        self._pool = pool
        self._keep_days = keep_days
        self._batch = batch

    async def erase(self) -> int:
        """Erase a batch of all that is due; gives the number of rows, 0 when nothing more is due. May be repeated, and
        raises DatabaseUnavailable."""
        with database_errors():
            async with self._pool.connection() as connection:
                erased = await self._forget_answered(connection)
                erased += await self._count(connection, statements.FORGET_SHOWN)
                if self._keep_days > 0:
                    for statement in (
                        statements.ERASE_MESSAGES,
                        statements.ERASE_TRACES,
                        statements.ERASE_NOTICES,
                    ):
                        erased += await self._count(connection, statement)
        return erased

    async def _forget_answered(self, connection: AsyncConnection) -> int:
        """Forget what waited for its answer when its author said /forget."""
        async with connection.transaction():
            rows = await (await connection.execute(statements.ANSWERED, {"batch": self._batch})).fetchall()
            if rows:
                parameters = {"ids": [message_id for (message_id,) in rows], "conversation_id": None}
                await connection.execute(statements.FORGET_ANSWERED, parameters)
        return len(rows)

    async def _count(self, connection: AsyncConnection, statement: str) -> int:
        cursor = await connection.execute(statement, {"batch": self._batch, "keep_days": self._keep_days})
        return cursor.rowcount

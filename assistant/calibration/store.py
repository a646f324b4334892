"""Calibrations, kept beside their knowledge sets."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg_pool import ConnectionPool

from assistant.calibration.figures import CalibrationFigures
from assistant.database import database_errors, storable_json
from assistant.embedding.distances import NearDistances

_FIND = """
select c.asked, c.overheard, c.calibrated_at
from calibrations c join knowledge_sets k on k.id = c.knowledge_set_id
where k.name = %(name)s and c.embedding_model = %(model)s
"""
_KEEP = """
insert into calibrations (knowledge_set_id, embedding_model, asked, overheard, figures)
select id, %(model)s, %(asked)s, %(overheard)s, %(figures)s from knowledge_sets where name = %(name)s
on conflict (knowledge_set_id, embedding_model) do update
set asked = excluded.asked, overheard = excluded.overheard, figures = excluded.figures, calibrated_at = now()
"""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A set's limits by the vectors of one embedding model, and since when."""

    limits: NearDistances
    calibrated_at: datetime


class CalibrationStore:
    """Reads and writes calibrations. Safe to share between threads. Database trouble raises DatabaseUnavailable."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def find(self, knowledge_set: str, model_name: str) -> Calibration | None:
        """The calibration of the set by that model; None where there is none."""
        values = {"name": knowledge_set, "model": model_name}
        with database_errors(), self._pool.connection() as connection:
            row = connection.execute(_FIND, values).fetchone()
        return Calibration(NearDistances(row[0], row[1]), row[2]) if row else None

    def keep(self, knowledge_set: str, model_name: str, limits: NearDistances, figures: CalibrationFigures) -> bool:
        """Put it in the place of the one before; False where there is no such set."""
        values = {
            "name": knowledge_set,
            "model": model_name,
            "asked": limits.asked,
            "overheard": limits.overheard,
            "figures": storable_json(asdict(figures)),
        }
        with database_errors(), self._pool.connection() as connection:
            return connection.execute(_KEEP, values).rowcount == 1

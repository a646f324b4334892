"""What people think of the answers, by template version and model."""

from __future__ import annotations

import math
from dataclasses import dataclass

from assistant.database import connect, database_errors

# A handoff counts against the last answer before it. A reply that people disagree on counts for neither.
_FEEDBACK = """
with answers as (
    select r.id, t.prompt_version, t.model_id,
        exists (select from ratings where reply_id = r.id and rating > 0) as has_up,
        exists (select from ratings where reply_id = r.id and rating < 0) as has_down,
        exists (
            select from handoffs h where h.conversation_id = r.conversation_id and h.opened_at >= r.created_at
              and not exists (
                  select from replies later where later.conversation_id = r.conversation_id and later.id <> r.id
                    and later.decision = 'answered' and later.created_at between r.created_at and h.opened_at
              )
        ) as is_handed_off
    from replies r join traces t on t.reply_id = r.id
    where r.decision = 'answered' and t.prompt_version <> ''
)
select prompt_version, model_id, count(*), count(*) filter (where has_up and not has_down),
    count(*) filter (where has_down and not has_up), count(*) filter (where is_handed_off)
from answers group by prompt_version, model_id order by prompt_version, model_id
"""
Z_95 = 1.959964
"""The normal distribution's quantile for 95 %."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """Of the answers by one template version and model: how many were given, found good and bad, and followed by a
    handoff to a human."""

    prompt_version: str
    model_id: str
    answers: int
    up: int
    down: int
    handoffs: int

    @property
    def rate(self) -> float | None:
        """The share of the rated ones that were found good; None without any."""
        rated = self.up + self.down
        return self.up / rated if rated else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % confidence interval of the rate."""
        rated = self.up + self.down
        return wilson(self.up, rated) if rated else None


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share, in [0, 1], which holds for few trials, too, of which there is at least
    one (E. B. Wilson: Probable inference, the law of succession, and statistical inference, 1927)."""
    share, z2 = successes / trials, Z_95**2
    centre = share + z2 / (2 * trials)
    margin = Z_95 * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    scale = 1 + z2 / trials
    return max(0.0, (centre - margin) / scale), min(1.0, (centre + margin) / scale)


def feedback(database_url: str) -> list[Feedback]:
    """By template version and model. Raises DatabaseUnavailable."""
    with database_errors(), connect(database_url) as connection:
        return [Feedback(*row) for row in connection.execute(_FEEDBACK).fetchall()]

"""What goes wrong in a short run and in a long one."""

from __future__ import annotations

from tests.faults.faults import Freeze, Plan
from tests.faults.lines import LineTrouble

SHORT_KILLS = {"worker": 2, "gateway": 3, "redis": 1, "postgres": 1}
LONG_KILLS = {"worker": 40, "gateway": 40, "redis": 10, "postgres": 10}
SHORT_FREEZE_S, LONG_FREEZE_S = 4.0, 60.0
_BAD_LINE_S = 5.0


def short_plan(kills: dict[str, int], freeze_s: float = SHORT_FREEZE_S) -> Plan:
    """The kills, and one of the quickest of the other kinds."""
    return Plan(kills, (Freeze("gateway", freeze_s),), flushes=1)


def long_plan(kills: dict[str, int], freeze_s: float = LONG_FREEZE_S) -> Plan:
    """The kills, and everything else, some of it several times."""
    freezes = [Freeze(victim, freeze_s, beside) for victim in ("worker", "gateway") for beside in (False, True)]
    kinds, servers = ("slow", "cut", "reset", "half-open"), ("postgres", "redis", "model")
    troubles = [LineTrouble(server, kind, _BAD_LINE_S) for server in servers for kind in kinds]
    return Plan(kills, tuple(freezes), flushes=5, drops=5, model_troubles=5, bad_lines=tuple(troubles))

"""Whether what was sampled over time grows."""

from __future__ import annotations

from collections.abc import Sequence


def slope_per_minute(minutes: Sequence[float], values: Sequence[float]) -> float:
    """How much the least-squares line through the series rises a minute."""
    middle, mean = sum(minutes) / len(minutes), sum(values) / len(values)
    spread = sum((minute - middle) ** 2 for minute in minutes)
    moved = sum((minute - middle) * (value - mean) for minute, value in zip(minutes, values, strict=True))
    return moved / spread if spread else 0.0


def slope_from(begin: float, minutes: Sequence[float], values: Sequence[float]) -> float:
    """The slope of the part of the series that lies at or after the minute `begin`."""
    late = [(minute, value) for minute, value in zip(minutes, values, strict=True) if minute >= begin]
    return slope_per_minute([minute for minute, _ in late], [value for _, value in late])


def last_two_thirds(minutes: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """The means of the second and of the last third of the time; the first third is for warming up."""
    end = minutes[-1]
    second = [value for minute, value in zip(minutes, values, strict=True) if end / 3 <= minute < end * 2 / 3]
    last = [value for minute, value in zip(minutes, values, strict=True) if minute >= end * 2 / 3]
    return sum(second) / len(second), sum(last) / len(last)

"""Token buckets: bursts pass, floods wait, and what goes beyond is told once."""

from __future__ import annotations

from assistant.allowance import MAX_BUCKETS, TELL_EVERY_S, Allowance, Verdict


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_burst_of_a_minutes_worth_passes_at_once() -> None:
    """Nobody who merely writes quickly is held up."""
    allowance = Allowance(60, Clock())
    assert [allowance.take("ada").delay_s for _ in range(60)] == [0.0] * 60


def test_what_is_overdrawn_waits_until_its_turn() -> None:
    """At the rate that is allowed, in order."""
    allowance = Allowance(60, Clock())
    for _ in range(60):
        allowance.take("ada")
    assert [allowance.take("ada").delay_s for _ in range(3)] == [1.0, 2.0, 3.0]


def test_what_goes_beyond_is_refused_and_told_now_and_then() -> None:
    """A reply to each message of a flood would be a flood too."""
    clock = Clock()
    allowance = Allowance(60, clock)
    for _ in range(120):
        allowance.take("ada")
    assert [allowance.take("ada") for _ in range(2)] == [Verdict(None, tell=True), Verdict(None)]
    clock.now += TELL_EVERY_S
    taken = [allowance.take("ada") for _ in range(31)]
    assert taken[-1] == Verdict(None, tell=True)
    assert all(verdict.delay_s is not None for verdict in taken[:-1])


def test_bucket_fills_again_but_not_beyond_its_size() -> None:
    """After a pause the same burst is allowed as at first."""
    clock = Clock()
    allowance = Allowance(6, clock)
    for _ in range(6):
        allowance.take("ada")
    clock.now += 3600
    assert [allowance.take("ada").delay_s for _ in range(7)] == [0.0] * 6 + [10.0]


def test_holders_do_not_share() -> None:
    """One person's flood costs nobody else anything."""
    allowance = Allowance(1, Clock())
    for _ in range(5):
        allowance.take("ada")
    assert allowance.take("bob") == Verdict(0.0)


def test_no_limit_admits_everything() -> None:
    """0 stands for any number."""
    allowance = Allowance(0)
    assert {allowance.take("ada") for _ in range(1000)} == {Verdict(0.0)}


def test_number_of_buckets_is_bounded() -> None:
    """Invented names fill no memory; the one that rested longest is forgotten."""
    allowance = Allowance(1, Clock())
    allowance.take("ada")
    for number in range(MAX_BUCKETS):
        allowance.take(str(number))
    assert len(allowance._buckets) == MAX_BUCKETS
    assert allowance.take("ada") == Verdict(0.0)

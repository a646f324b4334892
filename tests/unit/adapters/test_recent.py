"""Memory that is bounded."""

from __future__ import annotations

from adapters.recent import Recent


def test_what_was_set_longest_ago_is_forgotten() -> None:
    """Setting an entry anew makes it one of the newest; reading it does not."""
    recent: Recent[str, int] = Recent(2)
    recent["a"] = 1
    recent["b"] = 2
    recent["a"] = 3
    assert recent["b"] == 2
    recent["c"] = 4
    assert dict(recent) == {"a": 3, "c": 4}


def test_all_ways_of_setting_are_bounded() -> None:
    """Also many at once."""
    recent: Recent[int, None] = Recent(3)
    recent.update(dict.fromkeys(range(10)))
    recent |= dict.fromkeys(range(20, 25))
    recent.setdefault(30, None)
    assert list(recent) == [23, 24, 30]


def test_entry_that_was_taken_away_makes_room() -> None:
    """Nothing else is forgotten for the next one."""
    recent: Recent[str, int] = Recent(2)
    recent["a"] = 1
    recent["b"] = 2
    recent.pop("a")
    recent["c"] = 3
    assert list(recent) == ["b", "c"]

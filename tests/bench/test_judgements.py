"""What the benchmarks make of their figures."""

from __future__ import annotations

import pytest

from tests.bench.budgets import Budget
from tests.bench.figures import Figures, percentile
from tests.bench.load import Run
from tests.bench.slack_wire import HttpMessages
from tests.bench.soak import CONNECTIONS, FILES, MEMORY, complaints
from tests.bench.trends import last_two_thirds, slope_from, slope_per_minute

MINUTES = [minute / 6 for minute in range(181)]
ANSWERED = Run(["slack:T1:C1:1.0"], [1.0], [1.1], [3.0], [200], 0, 0, {})


def samples(**changed: list[float]) -> list[Figures]:
    """A soak in which nothing moves, but what is told to."""
    flat = {name: [100.0] * len(MINUTES) for name in (*MEMORY, *CONNECTIONS, *FILES)} | changed
    return [
        {"minute": minute, **{name: values[at] for name, values in flat.items()}} for at, minute in enumerate(MINUTES)
    ]


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([3.0, 1.0, 2.0], 50, 2.0), ([3.0, 1.0, 2.0], 100, 3.0), ([1.0], 99, 1.0), (list(range(1, 101)), 99, 99)],
)
def test_percentile_is_one_of_the_values(values: list[float], percent: float, expected: float) -> None:
    """By nearest rank."""
    assert expected == percentile(values, percent)


def test_slope_is_that_of_the_line() -> None:
    """A line that rises by three a minute, with a step in its first part that does not count."""
    values = [50.0 if minute < 10 else 3.0 * minute for minute in MINUTES]
    assert pytest.approx(3.0) == slope_from(10.0, MINUTES, values)
    assert pytest.approx(-2.0) == slope_per_minute([0.0, 1.0, 2.0], [4.0, 2.0, 0.0])


def test_thirds_leave_out_the_first() -> None:
    """Where everything warms up."""
    values = [1000.0 if minute < 10 else 5.0 if minute < 20 else 7.0 for minute in MINUTES]
    assert last_two_thirds(MINUTES, values) == (5.0, 7.0)


@pytest.mark.parametrize(
    ("sign", "limit", "measured", "met"),
    [
        ("≤", 15, 15.0, True),
        ("≤", 15, 15.1, False),
        ("≥", 60, 60.0, True),
        ("≥", 60, 59.9, False),
        ("<", 3, 3.0, False),
    ],
)
def test_budget_is_met_within_its_limit(sign: str, limit: float, measured: float, met: bool) -> None:
    """At the limit too, unless it must stay below."""
    assert met == Budget("", "", "", sign, limit).is_met(measured)


def test_a_steady_soak_is_not_complained_about() -> None:
    """Memory that settles in the first third, and connections that move by one."""
    warming = [80.0 + min(minute, 9.0) * 2 for minute in MINUTES]
    moving = [20.0 + at % 2 for at in range(len(MINUTES))]
    assert complaints(samples(**{MEMORY[0]: warming, CONNECTIONS[0]: moving}), ANSWERED) == []


@pytest.mark.parametrize("name", [*MEMORY, *CONNECTIONS, *FILES])
def test_what_grows_is_complained_about(name: str) -> None:
    """Each of the series, by itself."""
    [complaint] = complaints(samples(**{name: [100.0 + 1.5 * minute for minute in MINUTES]}), ANSWERED)
    assert complaint.startswith(name)


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (Run(["a"], [1.0], [1.1], [0.0], [200], 0, 0, {}), "unanswered: 1 of 1"),
        (Run(["a"], [1.0], [1.1], [2.0], [200], 0, 1, {}), "answered twice: 1 of 1"),
        (Run(["a"], [1.0], [1.1], [2.0], [503], 0, 0, {}), "not acknowledged: 1 of 1"),
    ],
)
def test_a_message_without_its_one_reply_is_complained_about(run: Run, expected: str) -> None:
    """However flat the rest."""
    assert complaints(samples(), run) == [expected]


def test_http_messages_are_cut_wherever_the_bytes_are() -> None:
    """Two messages, fed byte by byte and at once."""
    first, second = (b"POST /a HTTP/1.1\r\nContent-Length: 2", b"hi"), (b"GET /b HTTP/1.1\r\nhost: x", b"")
    whole = b"".join(head + b"\r\n\r\n" + body for head, body in (first, second))
    bytewise, at_once = HttpMessages(), HttpMessages()
    assert at_once.feed(whole) == [first, second]
    assert [message for at in range(len(whole)) for message in bytewise.feed(whole[at : at + 1])] == [first, second]

"""The time that is left for a call."""

from __future__ import annotations

import pytest

from assistant.errors import DeadlineExceeded
from assistant.llm.base import Deadlines
from assistant.llm.countdown import Countdown, NoFirstToken

LIMITS = Deadlines(connect_s=1.0, first_token_s=4.0, idle_s=2.0, total_s=7.0)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_first_token_then_idle_then_total_is_the_limit() -> None:
    """Each token moves the idle limit on, and nothing moves the total."""
    clock = Clock()
    countdown = Countdown(LIMITS, clock)
    assert (countdown.connect_left_s(), countdown.left_s()) == (1.0, 4.0)
    clock.now += 3.5
    assert countdown.left_s() == 0.5
    countdown.progressed()
    assert countdown.left_s() == 2.0
    clock.now += 1.5
    countdown.progressed()
    assert countdown.left_s() == 2.0
    clock.now += 1.5
    countdown.progressed()
    assert countdown.left_s() == 0.5


@pytest.mark.parametrize(
    ("tokens_at", "fails_at", "expected"),
    [((), 4.0, "first token"), ((1.0,), 3.0, "further token"), ((1.0, 2.5, 4.0, 5.5), 7.0, "in total")],
)
def test_the_error_names_the_limit(tokens_at: tuple[float, ...], fails_at: float, expected: str) -> None:
    """The operator learns which limit to raise."""
    clock = Clock()
    countdown = Countdown(LIMITS, clock)
    for at in tokens_at:
        clock.now = 100.0 + at
        countdown.progressed()
    clock.now = 100.0 + fails_at
    with pytest.raises(DeadlineExceeded, match=expected):
        countdown.left_s()


def test_hurry_only_shortens() -> None:
    """What follows a complete reply is not worth a wait, and no reason to wait longer."""
    countdown = Countdown(LIMITS, Clock())
    countdown.hurry(9.0)
    assert countdown.left_s() == 4.0
    countdown.hurry(0.5)
    assert countdown.left_s() == 0.5


@pytest.mark.parametrize(
    ("limits", "has_begun", "expected"),
    [
        (LIMITS, False, NoFirstToken),
        (LIMITS, True, DeadlineExceeded),
        (Deadlines(first_token_s=4.0, total_s=3.0), False, DeadlineExceeded),
    ],
)
def test_a_silent_server_has_an_error_of_its_own(
    limits: Deadlines, has_begun: bool, expected: type[DeadlineExceeded]
) -> None:
    """Not so where the caller's total was shorter: that tells nothing about the server."""
    clock = Clock()
    countdown = Countdown(limits, clock)
    if has_begun:
        countdown.progressed()
    clock.now += 9.0
    assert expected is type(countdown.exceeded())

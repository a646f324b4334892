"""When a server that is down is left alone, and when it is tried again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.errors import (
    DeadlineExceeded,
    GenerationIncomplete,
    ModelOverloaded,
    ModelUnavailable,
    PromptTooLong,
    RequestRefused,
)
from assistant.llm.breaker import CircuitBreaker
from assistant.llm.countdown import NoFirstToken


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(max_failures=3, pause_s=10.0, clock=clock)


def attempt(breaker: CircuitBreaker, *errors: BaseException | None) -> None:
    """One attempt after the other: each ends with its error, or well."""
    for error in errors:
        if error is None:
            with breaker.attempt():
                continue
        with pytest.raises(type(error)), breaker.attempt():
            raise error


DOWN = ModelUnavailable("down")
HANGS = NoFirstToken("hangs")


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([DOWN, DOWN], False),
        ([DOWN, HANGS, DOWN], True),
        ([DOWN, DOWN, None, DOWN, DOWN], False),
        ([DOWN, DOWN, ModelOverloaded("busy"), DOWN], False),
        ([DOWN, DOWN, PromptTooLong("long"), DOWN], False),
        ([DOWN, DOWN, GenerationIncomplete("cut"), DOWN], True),
        ([DOWN, DOWN, KeyboardInterrupt(), DOWN], True),
        ([ModelOverloaded("busy")] * 9, False),
        ([RequestRefused("no")] * 9, False),
        ([DeadlineExceeded("in total")] * 9, False),
    ],
)
def test_failures_in_a_row_open_it(
    breaker: CircuitBreaker, outcomes: list[BaseException | None], expected: bool
) -> None:
    """An answer of any kind ends the row; what tells nothing of the server neither counts nor ends it."""
    attempt(breaker, *outcomes)
    assert expected == breaker.is_open


def test_while_open_it_refuses_at_once_and_tells_for_how_long(breaker: CircuitBreaker, clock: Clock) -> None:
    """The call is not made."""
    attempt(breaker, DOWN, DOWN, DOWN)
    clock.now += 4.0
    for refused in (breaker.check, breaker.attempt().__enter__):
        with pytest.raises(ModelUnavailable) as caught:
            refused()
        assert caught.value.retry_after_s == 6.0


def test_after_the_pause_one_attempt_goes_through(breaker: CircuitBreaker, clock: Clock) -> None:
    """While it runs the others are still refused; its success closes the breaker."""
    attempt(breaker, DOWN, DOWN, DOWN)
    clock.now += 10.0
    with breaker.attempt():
        with pytest.raises(ModelUnavailable) as caught:
            breaker.check()
        assert caught.value.retry_after_s == 1.0
    assert not breaker.is_open
    attempt(breaker, DOWN, DOWN, None)


@pytest.mark.parametrize(
    ("outcome", "expected"), [(DOWN, True), (ModelOverloaded("busy"), False), (GenerationIncomplete("cut"), False)]
)
def test_the_trial_decides(breaker: CircuitBreaker, clock: Clock, outcome: BaseException, expected: bool) -> None:
    """A failure opens it for another whole pause; anything else lets the next one through."""
    attempt(breaker, DOWN, DOWN, DOWN)
    clock.now += 10.0
    attempt(breaker, outcome)
    assert expected == breaker.is_open
    clock.now += 9.9
    assert expected == breaker.is_open
    clock.now += 0.1
    assert not breaker.is_open


def test_attempts_from_before_the_change_no_longer_count(breaker: CircuitBreaker, clock: Clock) -> None:
    """Late failures of the crowd that was under way neither prolong the pause nor speak for the trial."""
    late = breaker.attempt()
    late.__enter__()
    attempt(breaker, DOWN, DOWN, DOWN)
    clock.now += 10.0
    with breaker.attempt():
        assert not late.__exit__(ModelUnavailable, DOWN, None)
        assert breaker.is_open
    assert not breaker.is_open


def test_of_many_threads_one_makes_the_trial(breaker: CircuitBreaker, clock: Clock) -> None:
    """Exactly one, however close they come."""
    attempt(breaker, DOWN, DOWN, DOWN)
    clock.now += 10.0
    barrier, done = threading.Barrier(8), threading.Barrier(8)

    def try_it(_: int) -> bool:
        barrier.wait(30)
        try:
            with breaker.attempt():
                done.wait(30)
                return True
        except ModelUnavailable:
            done.wait(30)
            return False

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(try_it, range(8))) == 1


@pytest.mark.parametrize(("max_failures", "pause_s"), [(0, 1.0), (1, 0.0)])
def test_a_breaker_that_never_works_is_refused(max_failures: int, pause_s: float) -> None:
    """A programming error."""
    with pytest.raises(ValueError, match="max_failures"):
        CircuitBreaker(max_failures, pause_s)

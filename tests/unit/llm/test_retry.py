"""Which failures are repeated, how often, and when."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.errors import (
    DeadlineExceeded,
    GenerationIncomplete,
    LanguageModelError,
    ModelOverloaded,
    ModelUnavailable,
    PromptTooLong,
    RequestRefused,
)
from assistant.llm.base import Deadlines, Generation, GenerationParameters, ServerInfo
from assistant.llm.countdown import NoFirstToken
from assistant.llm.retry import RetryPolicy, generate_with_retry

REPLY = Generation("Hello", "stop", 1)
PARAMETERS = GenerationParameters()


class ScriptedModel:
    """Fails as told, then replies; each attempt first shows "He" if `shows` and takes `attempt_s`."""

    def __init__(self, failures: list[LanguageModelError], *, shows: bool = False, attempt_s: float = 0.0) -> None:
        self.failures = failures
        self.shows = shows
        self.attempt_s = attempt_s
        self.now = 0.0
        self.waits: list[float] = []
        self.totals: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    @property
    def policy(self) -> RetryPolicy:
        return RetryPolicy(wait=self.wait, random=lambda: 1.0, clock=lambda: self.now)

    def generate(
        self,
        prompt: str,
        parameters: GenerationParameters,
        deadlines: Deadlines,
        on_text: Callable[[str], None] | None = None,
    ) -> Generation:
        self.totals.append(deadlines.total_s)
        self.now += self.attempt_s
        if self.shows and on_text:
            on_text("He")
        if self.failures:
            raise self.failures.pop(0)
        return REPLY

    def info(self) -> ServerInfo:
        raise NotImplementedError

    def count_tokens(self, text: str) -> int:
        raise NotImplementedError

    def check(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        (ModelOverloaded, 12),
        (ModelUnavailable, 4),
        (GenerationIncomplete, 2),
        (DeadlineExceeded, 1),
        (NoFirstToken, 0),
        (RequestRefused, 0),
        (PromptTooLong, 0),
        (LanguageModelError, 0),
    ],
)
def test_each_kind_of_failure_has_its_number_of_retries(kind: type[LanguageModelError], allowed: int) -> None:
    """As many failures as allowed still end in the reply, one more raises."""
    deadlines = Deadlines(total_s=1000.0)
    patient = ScriptedModel([kind("x") for _ in range(allowed)])
    assert generate_with_retry(patient, "p", PARAMETERS, deadlines, policy=patient.policy) == REPLY
    assert allowed == len(patient.waits)
    beaten = ScriptedModel([kind("x") for _ in range(allowed + 1)])
    with pytest.raises(kind):
        generate_with_retry(beaten, "p", PARAMETERS, deadlines, policy=beaten.policy)
    assert allowed == len(beaten.waits)


def test_waits_double_up_to_the_longest() -> None:
    """With the random part at its greatest."""
    model = ScriptedModel([ModelOverloaded("x") for _ in range(7)])
    generate_with_retry(model, "p", PARAMETERS, Deadlines(total_s=1000.0), policy=model.policy)
    assert model.waits == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_the_servers_wish_is_met() -> None:
    """Retry-After is waited for in full, and a little longer."""
    model = ScriptedModel([ModelOverloaded("x", retry_after_s=3.0)])
    generate_with_retry(model, "p", PARAMETERS, Deadlines(), policy=model.policy)
    assert model.waits == [3.5]


def test_all_attempts_share_one_deadline() -> None:
    """Each attempt gets what the ones before it and the waits have left."""
    model = ScriptedModel([ModelUnavailable("x"), ModelUnavailable("y")], attempt_s=2.0)
    generate_with_retry(model, "p", PARAMETERS, Deadlines(total_s=10.0), policy=model.policy)
    assert model.totals == [10.0, 7.5, 4.5]


def test_no_wait_beyond_the_deadline() -> None:
    """When the wait would outlast the deadline, the error comes at once, its retry_after_s with it."""
    model = ScriptedModel([ModelOverloaded("x", retry_after_s=60.0)])
    with pytest.raises(ModelOverloaded) as caught:
        generate_with_retry(model, "p", PARAMETERS, Deadlines(total_s=30.0), policy=model.policy)
    assert (model.waits, caught.value.retry_after_s) == ([], 60.0)


def test_a_wait_that_is_broken_off_ends_it() -> None:
    """A worker that shuts down passes its event's wait."""
    model = ScriptedModel([ModelUnavailable("x")])
    policy = RetryPolicy(wait=lambda _: True, random=lambda: 1.0, clock=lambda: 0.0)
    with pytest.raises(ModelUnavailable):
        generate_with_retry(model, "p", PARAMETERS, Deadlines(), policy=policy)


def test_the_caller_forgets_text_before_it_comes_again() -> None:
    """on_restart lies between the failed attempt's text and the next one's."""
    heard: list[str] = []
    model = ScriptedModel([GenerationIncomplete("x")], shows=True)
    generate_with_retry(
        model,
        "p",
        PARAMETERS,
        Deadlines(),
        on_text=heard.append,
        on_restart=lambda: heard.append("RESTART"),
        policy=model.policy,
    )
    assert heard == ["He", "RESTART", "He"]


def test_no_restart_where_nothing_was_shown() -> None:
    """An attempt that failed before its first text leaves nothing to forget."""
    restarts: list[int] = []
    model = ScriptedModel([ModelOverloaded("x")])
    generate_with_retry(
        model,
        "p",
        PARAMETERS,
        Deadlines(),
        on_text=lambda _: None,
        on_restart=lambda: restarts.append(1),
        policy=model.policy,
    )
    assert restarts == []


def test_shown_text_is_never_shown_twice() -> None:
    """Without on_restart, an attempt that has shown text is not repeated."""
    heard: list[str] = []
    model = ScriptedModel([GenerationIncomplete("x")], shows=True)
    with pytest.raises(GenerationIncomplete):
        generate_with_retry(model, "p", PARAMETERS, Deadlines(), on_text=heard.append, policy=model.policy)
    assert heard == ["He"]

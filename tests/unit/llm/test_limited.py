"""Generations at once, in the order of asking, and none at a server that is down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from assistant.errors import ModelOverloaded, ModelUnavailable
from assistant.llm.base import Deadlines, Generation, GenerationParameters, ServerInfo
from assistant.llm.breaker import CircuitBreaker
from assistant.llm.limited import LimitedModel, allowed_at_once
from tests.fakes.until import until

PARAMETERS = GenerationParameters()


class GatedModel:
    """A LanguageModel whose generations last until the gate opens for them, one for each release."""

    def __init__(self, max_concurrent_requests: int = 2) -> None:
        self.places = max_concurrent_requests
        self.gate = threading.Semaphore(0)
        self.prompts: list[str] = []
        self.deadlines: list[Deadlines] = []
        self.error: Exception | None = None
        self.asked = 0

    def info(self) -> ServerInfo:
        self.asked += 1
        if self.error:
            raise self.error
        return ServerInfo("model", "llama2", 100, 200, self.places, 4)

    def count_tokens(self, text: str) -> int:
        return len(text)

    def generate(
        self,
        prompt: str,
        parameters: GenerationParameters,
        deadlines: Deadlines,
        on_text: Callable[[str], None] | None = None,
    ) -> Generation:
        self.prompts.append(prompt)
        self.deadlines.append(deadlines)
        assert self.gate.acquire(timeout=30)
        if self.error:
            raise self.error
        if on_text:
            on_text(prompt)
        return Generation(prompt, "stop", 1)

    def check(self) -> None:
        raise ModelUnavailable("checked")

    def close(self) -> None:
        self.asked = -1


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def ask(model: LimitedModel, prompt: str, total_s: float = 30.0) -> Generation:
    return model.generate(prompt, PARAMETERS, Deadlines(total_s=total_s))


@pytest.mark.parametrize(("places", "expected"), [(1, 1), (2, 1), (10, 9), (11, 9), (128, 115)])
def test_a_tenth_of_the_places_is_left_to_others(places: int, expected: int) -> None:
    """And one is always taken."""
    assert expected == allowed_at_once(GatedModel(places).info())


async def test_no_more_at_once_than_allowed_and_first_come_first_served(threads: ThreadPoolExecutor) -> None:
    """The third waits for the first, the fourth for the second."""
    server = GatedModel()
    model = LimitedModel(server, at_once=2)
    futures: list[Future[Generation]] = []
    for number in range(5):
        futures.append(threads.submit(ask, model, str(number)))
        await until(lambda number=number: len(server.prompts) + model.waiting == number + 1)  # type: ignore[misc]
    assert (sorted(server.prompts), model.waiting) == (["0", "1"], 3)
    for waiting in (2, 1, 0):
        server.gate.release()
        await until(lambda waiting=waiting: model.waiting == waiting and len(server.prompts) == 5 - waiting)  # type: ignore[misc]
    assert server.prompts[2:] == ["2", "3", "4"]
    server.gate.release(2)
    assert [future.result(30).text for future in futures] == ["0", "1", "2", "3", "4"]


async def test_the_limit_is_the_servers_own(threads: ThreadPoolExecutor) -> None:
    """Asked once; one of its two places is ours."""
    server = GatedModel(2)
    model = LimitedModel(server)
    first = threads.submit(ask, model, "first")
    await until(lambda: server.prompts)
    with pytest.raises(ModelOverloaded):
        ask(model, "second", total_s=0.05)
    server.gate.release(2)
    assert (first.result(30).text, ask(model, "third").text, server.asked) == ("first", "third", 1)


async def test_waiting_counts_against_the_total_and_ends_with_overloaded(threads: ThreadPoolExecutor) -> None:
    """Whoever gave up leaves no gap in the queue: the place goes on to the next."""
    server = GatedModel()
    model = LimitedModel(server, at_once=1)
    first = threads.submit(ask, model, "first")
    await until(lambda: server.prompts)
    with pytest.raises(ModelOverloaded, match="no place") as caught:
        ask(model, "second", total_s=0.05)
    assert (caught.value.retryable, caught.value.retry_after_s, model.waiting) == (True, 5.0, 0)
    server.gate.release(2)
    assert (first.result(30).text, ask(model, "third").text) == ("first", "third")


async def test_what_is_left_of_the_total_is_the_servers(threads: ThreadPoolExecutor) -> None:
    """The time in the queue is not given twice."""
    server, clock = GatedModel(), Clock()
    model = LimitedModel(server, at_once=1, clock=clock)
    first = threads.submit(ask, model, "first", 25.0)
    await until(lambda: server.prompts)
    second = threads.submit(ask, model, "second", 25.0)
    await until(lambda: model.waiting)
    clock.now = 20.0
    server.gate.release(2)
    assert (first.result(30).text, second.result(30).text) == ("first", "second")
    assert [deadlines.total_s for deadlines in server.deadlines] == [25.0, 5.0]


def test_a_failure_gives_the_place_back() -> None:
    """Also an exception of the caller's own."""
    server = GatedModel()
    model = LimitedModel(server, at_once=1)
    server.gate.release(3)

    def refuse(_: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        model.generate("a", PARAMETERS, Deadlines(), refuse)
    server.error = ModelOverloaded("busy")
    with pytest.raises(ModelOverloaded):
        ask(model, "b")
    server.error = None
    assert ask(model, "c", total_s=1.0).text == "c"


def test_a_server_that_is_down_is_not_asked(threads: ThreadPoolExecutor) -> None:
    """After the failures the error comes at once; after the pause one generation shows that it is back."""
    server, clock = GatedModel(), Clock()
    model = LimitedModel(server, breaker=CircuitBreaker(2, 10.0, clock), clock=clock)
    server.error = ModelUnavailable("down")
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="down"):
            ask(model, "a")
    asked = server.asked
    with pytest.raises(ModelUnavailable, match="not asked") as caught:
        ask(model, "b")
    assert (caught.value.retry_after_s, asked, server.asked, server.prompts) == (10.0, 2, 2, [])
    clock.now, server.error = 10.0, None
    server.gate.release()
    assert ask(model, "c").text == "c"


async def test_whoever_waits_when_it_opens_is_told_at_his_turn(threads: ThreadPoolExecutor) -> None:
    """The queue empties at once instead of trying one by one."""
    server, clock = GatedModel(), Clock()
    model = LimitedModel(server, at_once=1, breaker=CircuitBreaker(1, 10.0, clock), clock=clock)
    futures = [threads.submit(ask, model, "0")]
    await until(lambda: server.prompts)
    futures += [threads.submit(ask, model, str(number)) for number in (1, 2, 3)]
    await until(lambda: model.waiting == 3)
    server.error = ModelUnavailable("down")
    server.gate.release()
    assert [type(future.exception(30)) for future in futures] == [ModelUnavailable] * 4
    assert server.prompts == ["0"]


def test_the_rest_goes_straight_through() -> None:
    """Questions about the server need no place."""
    server = GatedModel(8)
    model = LimitedModel(server)
    assert (model.info().max_concurrent_requests, model.count_tokens("abc")) == (8, 3)
    with pytest.raises(ModelUnavailable, match="checked"):
        model.check()
    model.close()
    assert server.asked == -1
    with pytest.raises(ValueError, match="at_once"):
        LimitedModel(server, at_once=0)

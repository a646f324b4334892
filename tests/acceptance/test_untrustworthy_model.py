"""A model that invents, plays the customer, breaks off, speaks the wrong language or says nothing: over HTTP, as TGI,
llama.cpp and vLLM speak it. What reaches the chat is right in each case."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import pytest

from adapters.terminal.adapter import TerminalAdapter
from assistant.embedding.base import Embedder
from assistant.phrases import ENGLISH
from prompts.persona import load_persona
from tests.acceptance.desk import desk
from tests.acceptance.shop import CONVERSATION
from tests.acceptance.untrustworthy import (
    PLATFORMS,
    QUESTION,
    RETURNS,
    SERVERS,
    Served,
    answerer,
    ask,
    shown_on,
    tgi,
)
from tests.fakes.model_behaviours import Reply
from tests.fakes.tgi_server import FakeTgi

RIGHT = "Returns are accepted within 30 days of delivery [1]."
QUOTE = f"> {RETURNS} [1]"
GERMAN = "Rücksendungen nehmen wir innerhalb von 30 Tagen nach der Lieferung an, wenn die Waren unbenutzt sind [1]."
SIGNATURE = "Your Example team"


@dataclass(frozen=True, slots=True)
class Case:
    """What a model writes, one generation after the other, what becomes of it, and words that nobody may ever see."""

    name: str
    written: tuple[str, ...]
    expected: str = RIGHT
    never: tuple[str, ...] = ()
    decision: str = "answered"


CASES = (
    Case("right", (RIGHT,)),
    Case("invents a price", (f"{RIGHT} The fee is 49 euros.",), never=("49", "fee")),
    Case("invents an address", (f"{RIGHT} See https://evil.example/pay for it.",), never=("evil",)),
    Case("invents everything", ("Our premium support costs 99 dollars a month.",), QUOTE, ("99", "premium")),
    Case("plays the customer", (f"{RIGHT}\n\nCustomer: And shoes?\nAgent: 60 days.",), never=("shoes", "60")),
    Case("plays this customer", (f"{RIGHT}\nAda: Thank you so much!",), never=("Thank you",)),
    Case("asks itself", (f"{RIGHT} How do I pay my invoices? By bank transfer.",), never=("How do I",)),
    Case("opens a turn", (f"{RIGHT} [INST] And shoes? [/INST] 60 days.",), never=("INST", "shoes")),
    Case("opens a turn of its own", (f"{RIGHT}<|im_start|>user\nAnd shoes?",), never=("im_start", "shoes")),
    Case("speaks German", (GERMAN, RIGHT), never=("Rücksendungen",)),
    Case("stays with German", (GERMAN, GERMAN), QUOTE, ("Rücksendungen",)),
    Case("says nothing at first", ("", RIGHT)),
    Case("says nothing", ("", " \n "), QUOTE),
    Case(
        "repeats its instructions",
        (f"Answer only from the numbered passages above the customer's question. Speak only for yourself. {RIGHT}",),
        never=("numbered passages", "Speak only"),
    ),
    Case("repeats itself", (" ".join([RIGHT] * 5),)),
    Case("goes round in circles", (f"{RIGHT} It is good and it is good and it is good and it is good and it is",)),
    Case("opens with Sure", (f"Sure! Here's the answer to your question:\n\n{RIGHT}",), never=("Sure", "Here's")),
    Case("is an AI", (f"As an AI language model, {RIGHT}",), never=("AI", "language model")),
    Case("cites the wrong passage", (RIGHT.replace("[1]", "[2]"),)),
    Case("cites none", (RIGHT.replace(" [1]", ""),)),
    Case("cites what is not there", (RIGHT.replace("[1]", "[7]"),)),
    Case("does not know", ("I do not know. Shall I ask a human colleague?",), ENGLISH.unknown, (), "refused"),
)


@pytest.mark.parametrize("server", SERVERS, ids=lambda made: made.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "_"))
def test_what_reaches_the_chat_is_right(case: Case, server: Callable[[], AbstractContextManager[Served]]) -> None:
    """The text, what it was decided, how often the model was asked, and what each platform shows."""
    with server() as (fake, model):
        fake.script(*map(Reply, case.written))
        answer = ask(answerer(model))
        asked = len(fake.generations)
    assert (case.expected, case.decision) == (answer.text, answer.decision)
    assert len(case.written) == asked
    for platform in PLATFORMS:
        shown = shown_on(platform, answer)
        assert [words for words in case.never if words in shown] == []
        assert set(re.findall(r"[A-Za-z]{3,}", case.expected)) <= set(re.findall(r"[A-Za-z]{3,}", shown))


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.never and len(case.written) == 1][::2],
    ids=lambda c: c.name.replace(" ", "_"),
)
def test_what_is_cut_is_never_seen(case: Case) -> None:
    """Nor while it is written, a word after the other."""
    seen: list[str] = []
    with tgi() as (fake, model):
        fake.script(*(Reply(f"{text} {RIGHT}", token_s=0.04) for text in case.written))
        answer = ask(answerer(model), seen=seen)
    for text in (*seen, answer.text):
        assert [words for words in case.never if words in text] == []


@pytest.mark.parametrize("server", SERVERS, ids=lambda made: made.__name__)
def test_cut_answer_is_continued_once(server: Callable[[], AbstractContextManager[Served]]) -> None:
    """From where it was cut: the second prompt is the first with what is there."""
    begun, rest = "Returns are accepted within 30 days of delivery [1]. Send them to our", " warehouse in Berlin [1]."
    with server() as (fake, model):
        fake.script(Reply(f"{begun} never said"), Reply(rest))
        answer = ask(answerer(model, max_new_tokens=len(begun.split())))
        first, second = (fake.prompt_of(request) for request in fake.generations)
    assert f"{begun}{rest}" == answer.text
    assert f"{first}{begun}" == second
    assert answer.trace.checks == {"continued": True}


def test_answer_that_is_cut_twice_ends_at_a_sentence() -> None:
    """There is no third time."""
    begun = "Returns are accepted within 30 days of delivery [1]. Send them to our"
    with tgi() as (fake, model):
        fake.script(Reply(f"{begun} x"), Reply(" warehouse, and " + "so " * 20))
        answer = ask(answerer(model, max_new_tokens=len(begun.split())))
        asked = len(fake.generations)
    assert (answer.text, asked) == (RIGHT, 2)


def test_language_is_asked_for_outright() -> None:
    """In the second prompt, in the language itself."""
    with tgi() as (fake, model):
        fake.script(Reply(GERMAN), Reply(RIGHT))
        ask(answerer(model))
        first, second = (fake.prompt_of(request) for request in fake.generations)
    assert "Please answer in English" not in first
    assert f"{QUESTION}\n(Please answer in English.) [/INST]" in second


@pytest.mark.parametrize("text", [RIGHT, f"{RIGHT}\n\n{SIGNATURE}", f"{SIGNATURE}\n{RIGHT} {SIGNATURE}.", GERMAN])
def test_signature_stands_once_and_last(text: str) -> None:
    """Whatever the model makes of it, below a quote too."""
    persona = replace(load_persona("default"), signature=SIGNATURE)
    with tgi() as (fake, model):
        fake.script(Reply(text), Reply(text))
        answer = ask(answerer(model, persona=persona))
    assert answer.text.endswith(f"\n\n{SIGNATURE}")
    assert answer.text.count(SIGNATURE) == 1


def test_trace_tells_what_was_taken_out() -> None:
    """And why: the operator can see what the model wrote."""
    with tgi() as (fake, model):
        fake.script(Reply(f"{RIGHT} The fee is 49 euros."))
        answer = ask(answerer(model))
    assert answer.trace.checks == {"removed": [{"why": "unsaid", "text": "The fee is 49 euros."}]}


@pytest.mark.xdist_group("embedding_model")
async def test_terminal_shows_the_right_words(database_url: str, redis_url: str, embedder: Embedder) -> None:
    """All the way: through gateway, Postgres, Redis and worker."""
    turn, out = CONVERSATION[1], io.StringIO()
    wild = f"Sure! Here's the answer: {turn.answer} [1]. It costs 77 euros.\n\nCustomer: Thanks!\nAgent: Welcome."
    terminal = TerminalAdapter(out, "session")
    with FakeTgi(lambda _: wild) as fake:
        async with desk(database_url, redis_url, embedder, fake.url, terminal):
            await terminal.replied(await terminal.post(turn.question))
    shown = out.getvalue()
    assert turn.answer in shown
    assert [words for words in ("Sure", "77", "Customer", "Welcome") if words in shown] == []

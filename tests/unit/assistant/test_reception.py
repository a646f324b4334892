"""Who meets a message first: commands, greetings, wishes, attachments, and the way to a human."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from adapters.base import ReplyAddress, Source
from assistant.conversations.handoffs import UNATTENDED, Agents
from assistant.conversations.model import (
    Answer,
    Forget,
    Handoff,
    Lease,
    PastTurn,
    PendingMessage,
    Rate,
    TakeBack,
)
from assistant.manners import ChannelManners, Manners
from assistant.phrases import ENGLISH, speaking
from assistant.reception import Reception
from prompts.persona import load_persona
from tests.fakes.tgi_server import FakeTgi
from tests.unit.assistant.test_answer import answerer

AGENTS = Agents(ReplyAddress("slack", "", "C9", thread="", message_id="0", is_direct=True))
SOURCE = Source(1, "Returns")
QUESTION = "how do returns work?"
STRANGE = "chocolate cake?"
Asked = Callable[..., Answer]


class Past:
    def __init__(self, sources: tuple[Source, ...] = (SOURCE,), reply: int | None = 7) -> None:
        self._sources, self._reply = sources, reply

    def last_sources(self, lease: Lease) -> tuple[Source, ...]:
        return self._sources

    def last_reply(self, lease: Lease) -> int | None:
        return self._reply


@pytest.fixture
def tgi() -> Iterator[FakeTgi]:
    with FakeTgi(answer=lambda _: "Thirty days [1].") as server:
        yield server


def reception(tgi: FakeTgi, agents: Agents = AGENTS, past: Past | None = None, language: str = "en") -> Reception:
    manners = Manners(otherwise=ChannelManners(language=language))
    return Reception(answerer(tgi), past or Past(), manners, agents, load_persona)


def message(text: str, **facts: object) -> PendingMessage:
    return PendingMessage(1, "U1", "Ada", text, 0, datetime.now(UTC), names_assistant=True, **facts)  # type: ignore[arg-type]


LEASE = Lease(1, 1, "default", "slack", "T1", "C1")


def test_question_is_answered_with_buttons(tgi: FakeTgi) -> None:
    """To rate it, and to call a human."""
    answer = reception(tgi).answer(message(QUESTION), [], LEASE)
    assert (answer.decision, answer.text) == ("answered", "Thirty days [1].")
    assert [button.name for button in answer.buttons] == ["up", "down", "human"]


def test_without_humans_there_is_no_button_for_them(tgi: FakeTgi) -> None:
    """A promise that nobody keeps."""
    answer = reception(tgi, UNATTENDED).answer(message(QUESTION), [], LEASE)
    assert [button.name for button in answer.buttons] == ["up", "down"]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("hi", ENGLISH.greeting),
        ("谢谢", ENGLISH.thanks),
        ("", ENGLISH.help),
        ("talk to the bot", ENGLISH.not_handed_off),
    ],
)
def test_small_talk_needs_no_model(tgi: FakeTgi, text: str, reply: str) -> None:
    """And no search."""
    assert reception(tgi).answer(message(text), [], LEASE).text == reply
    assert not tgi.requests


def test_language_is_the_channels(tgi: FakeTgi) -> None:
    """What it says by itself, and its buttons."""
    desk = reception(tgi, language="zh")
    assert desk.answer(message("hi"), [], LEASE).text == speaking("zh").greeting
    refused = desk.answer(message(STRANGE), [], LEASE)
    assert refused.text == speaking("zh").unknown
    assert [button.label for button in refused.buttons] == [speaking("zh").human]


def test_unreadable_file_is_named(tgi: FakeTgi) -> None:
    """Without words nothing can be answered; with them the answer says what it does not know."""
    desk = reception(tgi)
    alone = desk.answer(message("", attachments=("bill.pdf", "a.png")), [], LEASE)
    assert (alone.decision, alone.text) == ("helped", ENGLISH.unreadable.format(names="bill.pdf, a.png"))
    both = desk.answer(message(QUESTION, attachments=("bill.pdf",)), [], LEASE)
    assert both.text == f"Thirty days [1].\n\n{ENGLISH.unseen.format(names='bill.pdf')}"


@pytest.mark.parametrize("asked", [message("", command="human"), message("can I talk to a human?")])
def test_human_is_called_with_a_summary(tgi: FakeTgi, asked: PendingMessage) -> None:
    """Who, where, why, and what was said."""
    history = [PastTurn("Ada", "first\nquestion", "answer", "customer", "answered")]
    answer = reception(tgi).answer(asked, history, LEASE)
    assert (answer.decision, answer.text) == ("handed_off", ENGLISH.handed_off)
    assert isinstance(answer.deed, Handoff)
    assert answer.deed.reason == "asked"
    for fact in ("**Ada**", "(slack)", "> **Ada**: first question", "> **🤖**: answer", ENGLISH.agents_how):
        assert fact in answer.deed.notice


@pytest.mark.parametrize("agents", [UNATTENDED, AGENTS], ids=["nobody", "terminal"])
def test_where_no_human_is_it_says_so(tgi: FakeTgi, agents: Agents) -> None:
    """Better than waiting for one."""
    lease = LEASE if agents is UNATTENDED else Lease(1, 1, "default", "terminal", "T1", "C1")
    answer = reception(tgi, agents).answer(message("/human", command="human"), [], lease)
    assert (answer.text, answer.deed) == (ENGLISH.no_humans, None)


def test_second_refusal_in_a_row_calls_a_human(tgi: FakeTgi) -> None:
    """Asking a third time would be useless; an answer in between begins the count anew."""
    desk = reception(tgi)
    refused = PastTurn("Ada", "x", ENGLISH.unknown, "customer", "refused")
    answered = PastTurn("Ada", "y", "z", "customer", "answered")
    assert desk.answer(message(STRANGE), [], LEASE).decision == "refused"
    assert desk.answer(message(STRANGE), [refused, answered], LEASE).decision == "refused"
    handed_off = desk.answer(message(STRANGE), [answered, refused], LEASE)
    assert handed_off.text == ENGLISH.handed_off_unknown
    assert isinstance(handed_off.deed, Handoff)
    assert handed_off.deed.reason == "refused"
    assert handed_off.trace.gate
    assert reception(tgi, UNATTENDED).answer(message(STRANGE), [refused], LEASE).decision == "refused"


def test_overheard_question_is_answered_or_met_with_silence(tgi: FakeTgi) -> None:
    """Nobody asked: also a greeting stays between people."""
    desk = reception(tgi)
    assert not desk.answer(message(QUESTION, is_overheard=True), [], LEASE).is_silent
    assert desk.answer(message(STRANGE, is_overheard=True), [], LEASE).is_silent
    assert desk.answer(message("hi", is_overheard=True), [], LEASE).is_silent
    assert desk.apologise(message(QUESTION, is_overheard=True), LEASE, ValueError()).is_silent


@pytest.mark.parametrize(("text", "rating"), [("👍", 1), ("👎", -1)])
def test_thumb_rates_the_last_reply(tgi: FakeTgi, text: str, rating: int) -> None:
    """Where a platform has no buttons."""
    answer = reception(tgi).answer(message(text), [], LEASE)
    assert answer.deed == Rate(rating, 7)  # type: ignore[arg-type]
    nothing = reception(tgi, past=Past(reply=None)).answer(message(text), [], LEASE)
    assert (nothing.text, nothing.deed) == (ENGLISH.nothing_to_rate, None)


def test_commands_are_carried_out(tgi: FakeTgi) -> None:
    """Sources, forgetting, coming back, and the second thumb down."""
    desk = reception(tgi)
    sources = desk.answer(message("", command="sources"), [], LEASE)
    assert (sources.text, sources.sources) == (ENGLISH.sources, (SOURCE,))
    none = reception(tgi, past=Past(())).answer(message("", command="sources"), [], LEASE)
    assert none.text == ENGLISH.no_sources
    forgotten = desk.answer(message("", command="forget"), [], LEASE)
    assert (forgotten.text, forgotten.deed) == (ENGLISH.forgotten, Forget())
    back = desk.answer(message("", command="resume"), [], LEASE)
    assert (back.text, back.deed) == (ENGLISH.back, TakeBack(ENGLISH.agents_over))
    rated = desk.answer(message("", command="rated"), [], LEASE)
    assert isinstance(rated.deed, Handoff)
    assert (rated.text, rated.deed.reason) == (ENGLISH.handed_off_rated, "rated")

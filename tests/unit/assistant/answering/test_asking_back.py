"""Asking back: which of several things a short question means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answering.asking_back import asked_back, choices, chosen, was_asked_back
from assistant.conversations.model import PastTurn
from assistant.embedding.distances import NearDistances
from assistant.gate import judge
from assistant.phrases import ENGLISH, LANGUAGES, speaking
from assistant.retrieve import Retrieval
from assistant.vector_store.base import RetrievedChunk
from tests.fakes.retrieved_chunks import chunk

NEAR = NearDistances(0.6, 0.35, spread=0.25)
SAYS = ("Paying by card", "Lost cards", "Ordering a card", "Card fees")


def passages(*distances: float) -> tuple[RetrievedChunk, ...]:
    return tuple(chunk(number, each, heading=SAYS[number - 1]) for number, each in enumerate(distances, start=1))


def asked(question: str, found: Retrieval) -> tuple[str, ...]:
    return choices(question, judge(found, NEAR.asked, spread=NEAR.spread), NEAR)


@pytest.mark.parametrize(
    ("distances", "expected"),
    [
        pytest.param((0.5, 0.51), SAYS[:2], id="two equally near"),
        pytest.param((0.5, 0.51, 0.52, 0.52), SAYS[:3], id="never more than three"),
        pytest.param((0.5, 0.58), (), id="one is clearly nearer"),
        pytest.param((0.3, 0.31), (), id="near enough for anybody"),
        pytest.param((0.7, 0.71), (), id="too far for an answer"),
        pytest.param((0.5,), (), id="only one"),
        pytest.param((), (), id="none"),
    ],
)
def test_choices_are_equally_near_passages_in_the_grey_band(
    distances: tuple[float, ...], expected: tuple[str, ...]
) -> None:
    """Where the question is clear, or all of it would be a guess, nothing is asked."""
    assert asked("card?", Retrieval(passages(*distances))) == expected


@pytest.mark.parametrize("question", ["How do I order a new card for my wife?", "lost cards", "如何为妻子申请新卡?"])
def test_clear_question_is_answered(question: str) -> None:
    """A longer one says what it means, and so does one that is a heading."""
    assert asked(question, Retrieval(passages(0.5, 0.51))) == ()


def test_follow_up_is_answered() -> None:
    """What was said before tells what it means."""
    found = passages(0.5, 0.51)
    assert asked("card?", Retrieval(found, found)) == ()


def test_choices_differ_in_what_they_say() -> None:
    """The same answer under two questions is no choice; nor is the same heading twice."""
    one, other = (replace(each, text=f"{each.heading}?\nFive euros.") for each in passages(0.5, 0.51))
    assert asked("card?", Retrieval((one, other))) == ()
    twin = replace(chunk(9, 0.51), heading=SAYS[0])
    assert asked("card?", Retrieval((passages(0.5)[0], twin))) == ()


def test_pairs_are_told_by_their_questions() -> None:
    """As people asked them."""
    one, other = (replace(each, text=f"About {each.heading}?\nThat is {each.heading}.") for each in passages(0.5, 0.51))
    assert asked("card?", Retrieval((one, other))) == ("About Paying by card?", "About Lost cards?")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", SAYS[1]),
        (" 2.", SAYS[1]),
        ("#1", SAYS[0]),
        ("lost cards!", SAYS[1]),
        ("4", None),
        ("no", None),
        ("", None),
    ],
)
def test_choice_is_understood_by_number_and_by_name(language: str, text: str, expected: str | None) -> None:
    """In what was really said; anything else is a question of its own."""
    said = asked_back(speaking(language), SAYS[:3])
    assert chosen(text, [PastTurn("Ada", "card?", said, decision="asked_back")]) == expected


def test_number_means_nothing_elsewhere() -> None:
    """After an answer with a list in it, or when the list was withdrawn."""
    said = asked_back(ENGLISH, SAYS[:3])
    assert chosen("2", [PastTurn("Ada", "card?", said, decision="answered")]) is None
    assert chosen("2", [PastTurn("Ada", "card?", "", decision="asked_back")]) is None
    assert chosen("2", []) is None


def test_last_turn_tells_whether_was_asked_back() -> None:
    """Never twice in a row."""
    turns = [PastTurn("Ada", "card?", "which?", decision="asked_back")]
    assert was_asked_back(turns)
    assert not was_asked_back([*turns, PastTurn("Ada", "2", "Five euros.", decision="answered")])
    assert not was_asked_back([])

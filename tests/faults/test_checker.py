"""The checker finds each way in which a history can break the promise, and nothing in a sound one."""

from __future__ import annotations

import pytest

from tests.faults.checker import Shown, Verdict, check, unanswered
from tests.faults.questions import Question, full_answer, marker, model_answer, sentences_of

FIRST, SECOND, STRANGE, ELSEWHERE = (marker(number) for number in (1, 2, 3, 4))
LONG = marker(12)
ASKED = (
    Question(FIRST, "C1/1", 0),
    Question(SECOND, "C1/1", 1),
    Question(STRANGE, "C1/1", 2, may_be_refused=True),
    Question(ELSEWHERE, "C1/9", 0),
)
REFUSAL = "I don't know."
ONE = Shown("C1/1", full_answer(FIRST) + "\n\n[1] Paying")
TWO = Shown("C1/1", full_answer(SECOND))
THREE = Shown("C1/1", REFUSAL)
FOUR = Shown("C1/9", full_answer(ELSEWHERE))
SOUND = (ONE, FOUR, TWO, THREE)


def cut(message: Shown) -> Shown:
    return Shown(message.place, message.text[: message.text.index(" aac/") + 8])


def shuffled(message: Shown) -> Shown:
    return Shown(message.place, ". ".join(reversed(message.text.rstrip(".").split(". "))) + ".")


CASES = {
    "sound": (SOUND, Verdict()),
    "a refusable question may be answered too": (
        (ONE, TWO, Shown("C1/1", full_answer(STRANGE)), FOUR),
        Verdict(),
    ),
    "lost": ((ONE, TWO, THREE), Verdict(lost=(ELSEWHERE,))),
    "lost between others": ((ONE, FOUR, THREE), Verdict(lost=(SECOND,))),
    "a lost refusal": ((ONE, TWO, FOUR), Verdict(lost=(STRANGE,))),
    "duplicated": ((*SOUND, FOUR), Verdict(duplicated=(ELSEWHERE,))),
    "a duplicated refusal": ((*SOUND, THREE), Verdict(duplicated=(STRANGE,))),
    "an apology after the answer": ((*SOUND, Shown("C1/9", "I'm sorry.")), Verdict(duplicated=(ELSEWHERE,))),
    "an apology in place of the answer": (
        (ONE, TWO, THREE, Shown("C1/9", "I'm sorry.")),
        Verdict(unfit=(ELSEWHERE,)),
    ),
    "misplaced": (
        (ONE, TWO, THREE, Shown("C1/1", FOUR.text)),
        Verdict(misplaced=(ELSEWHERE,), lost=(ELSEWHERE,)),
    ),
    "an answer to nothing that was asked": (
        (*SOUND, Shown("C1/9", full_answer(marker(5)))),
        Verdict(misplaced=(marker(5),)),
    ),
    "out of order": ((TWO, ONE, THREE, FOUR), Verdict(out_of_order=(SECOND,))),
    "a refusal out of order": ((ONE, THREE, TWO, FOUR), Verdict(out_of_order=(STRANGE,))),
    "truncated": ((ONE, cut(TWO), THREE, FOUR), Verdict(truncated=(SECOND,))),
    "without its last word": (
        (ONE, Shown("C1/1", TWO.text[:-5]), THREE, FOUR),
        Verdict(truncated=(SECOND,)),
    ),
    "its sentences exchanged": ((ONE, shuffled(TWO), THREE, FOUR), Verdict(truncated=(SECOND,))),
}


@pytest.mark.parametrize("name", CASES)
def test_history_gets_its_verdict(name: str) -> None:
    """Whatever the history breaks is told, by the question that suffered."""
    history, expected = CASES[name]
    assert expected == check(ASKED, history)


def halves() -> tuple[Shown, Shown]:
    text = full_answer(LONG)
    middle = text.index(" adb/") - len(LONG)
    return Shown("D1", text[:middle].strip()), Shown("D1", text[middle:])


def test_parts_of_a_long_reply_are_one_reply() -> None:
    """A platform's limit may cut a reply into messages; together they are whole."""
    first, second = halves()
    asked = (Question(LONG, "D1", 0),)
    assert Verdict() == check(asked, (first, second))
    assert Verdict(truncated=(LONG,)) == check(asked, (first,))
    assert Verdict(truncated=(LONG,)) == check(asked, (second, first))
    assert Verdict(duplicated=(LONG,)) == check(asked, (first, second, second))


def test_parts_of_two_replies_may_not_interleave() -> None:
    """The second reply begins only when the first has ended."""
    first, second = halves()
    later = Question(SECOND, "D1", 1)
    history = (first, Shown("D1", full_answer(SECOND)), second)
    assert Verdict(out_of_order=(SECOND,)) == check((Question(LONG, "D1", 0), later), history)


def test_rows_left_over_are_found() -> None:
    """A row that still waits is work that nobody saw to its end."""
    rows = {("messages", "answered"): 4, ("messages", "pending"): 1, ("deliveries", "sending"): 2}
    assert Verdict(leftovers=("messages pending 1", "deliveries sending 2")) == check(ASKED, SOUND, rows)


def test_a_verdict_with_anything_in_it_is_not_good() -> None:
    """Only an empty verdict is good."""
    assert [Verdict().is_good, Verdict(lost=("Q",)).is_good, Verdict(leftovers=("m",)).is_good] == [True, False, False]


def test_unanswered_are_those_without_a_whole_reply() -> None:
    """What a recovery waits for: lost and half-shown replies, not doubled ones."""
    assert {ELSEWHERE, SECOND} == unanswered(ASKED, (ONE, ONE, cut(TWO), THREE))


def test_model_answers_the_last_question_of_its_prompt() -> None:
    """Earlier turns stand in the prompt too, with the answers to them."""
    prompt = f"[INST] pay? ({FIRST}) [/INST] {full_answer(FIRST)} </s><s>[INST] storage? ({SECOND}) [/INST]"
    assert full_answer(SECOND) == model_answer(prompt)
    assert sentences_of(SECOND) == full_answer(SECOND).count(SECOND)

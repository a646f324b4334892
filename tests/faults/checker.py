"""What a platform's history must hold when all is over: one whole reply for each question, in its place, in order.

Pure: it sees the questions that were asked and the messages that are visible in the end, not how they came about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import groupby, pairwise

from tests.contracts.render_contract import NUMBER
from tests.faults.questions import Question, sentences_in, sentences_of

UNFINISHED = frozenset({"pending", "sending"})


@dataclass(frozen=True, slots=True)
class Shown:
    """One visible message of the assistant's. A notice that was edited into an answer is the answer."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The markers of the questions that were treated badly, by kind; all empty where the promise was kept.

    `unfit`: the question is on topic, and its only reply is one without its answer (an apology, a refusal).
    `out_of_order`: its reply stands before that of an earlier question of its conversation.
    `leftovers`: rows that are still to be worked on, as "table state count".
    """

    lost: tuple[str, ...] = ()
    duplicated: tuple[str, ...] = ()
    misplaced: tuple[str, ...] = ()
    out_of_order: tuple[str, ...] = ()
    truncated: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        return not any(getattr(self, field.name) for field in fields(self))


def check(
    questions: Sequence[Question], shown: Sequence[Shown], rows: Mapping[tuple[str, str], int] | None = None
) -> Verdict:
    """The verdict over a whole history. `shown` is in the order of the platform; `rows` count the product's own rows
    by table and state."""
    found: dict[str, list[str]] = {field.name: [] for field in fields(Verdict)}
    for kind, marker in _faults(questions, shown):
        found[kind].append(marker)
    found["leftovers"] = [
        f"{table} {state} {count}" for (table, state), count in (rows or {}).items() if count and state in UNFINISHED
    ]
    return Verdict(**{kind: tuple(dict.fromkeys(markers)) for kind, markers in found.items()})


def unanswered(questions: Iterable[Question], shown: Sequence[Shown]) -> set[str]:
    """The markers of the questions that have no whole reply yet."""
    asked = list(questions)
    return {marker for kind, marker in _faults(asked, shown) if kind in ("lost", "truncated")}


def _faults(questions: Sequence[Question], shown: Sequence[Shown]) -> Iterator[tuple[str, str]]:
    by_marker = {question.marker: question for question in questions}
    for message in shown:
        for marker in _markers(message.text):
            if marker not in by_marker or by_marker[marker].place != message.place:
                yield "misplaced", marker
    by_place = sorted(questions, key=lambda question: question.place)
    for place, group in groupby(by_place, key=lambda question: question.place):
        asked = sorted(group, key=lambda question: question.position)
        yield from _faults_in_place(asked, [message.text for message in shown if message.place == place])


def _faults_in_place(asked: Sequence[Question], texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    replies = _matched(asked, texts)
    for question in asked:
        yield from _faults_of_one(question, [texts[number] for number in replies[question.marker]])
    seen = [question for question in asked if replies[question.marker]]
    for earlier, later in pairwise(seen):
        if replies[later.marker][0] < replies[earlier.marker][-1]:
            yield "out_of_order", later.marker


def _faults_of_one(question: Question, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    marks = [number for text in texts for marker, number, _ in sentences_in(text) if marker == question.marker]
    if not texts:
        yield "lost", question.marker
    elif not marks:
        if len(texts) > 1:
            yield "duplicated", question.marker
        if not question.may_be_refused:
            yield "unfit", question.marker
    elif len(set(marks)) < len(marks) or any(not _markers(text) for text in texts):
        yield "duplicated", question.marker
    elif not _is_whole(question, marks, texts):
        yield "truncated", question.marker


def _is_whole(question: Question, marks: Sequence[int], texts: Sequence[str]) -> bool:
    """Every sentence once, in its order, and the very words: the parts of a long reply are joined first, without their
    numbers."""
    expected = list(range(1, sentences_of(question.marker) + 1))
    return list(marks) == expected and _squeezed(question.full_answer) in _squeezed(
        " ".join(NUMBER.sub("", text) for text in texts)
    )


def _matched(asked: Sequence[Question], texts: Sequence[str]) -> dict[str, list[int]]:
    """The numbers of the texts that reply to each question: by their markers; those without one go, in order, to the
    questions that have none of their own, the refusable ones first. What is left over doubles the one before it."""
    replies: dict[str, list[int]] = {question.marker: [] for question in asked}
    bare = []
    for number, text in enumerate(texts):
        own = [marker for marker in _markers(text) if marker in replies]
        for marker in own:
            replies[marker].append(number)
        if not _markers(text):
            bare.append(number)
    open_questions = [question for question in asked if not replies[question.marker]]
    # Of the questions without an answer, as many as there are bare texts; the refusable ones have the first claim.
    claims = sorted(open_questions, key=lambda question: not question.may_be_refused)[: len(bare)]
    takers = sorted(claims, key=lambda question: question.position)
    for question, number in zip(takers, bare, strict=False):
        replies[question.marker].append(number)
    for number in bare[len(takers) :]:
        replies[(takers or asked)[-1].marker].append(number)
    return {marker: sorted(numbers) for marker, numbers in replies.items()}


def _markers(text: str) -> list[str]:
    """The questions that a text answers, each once."""
    return list(dict.fromkeys(marker for marker, _, _ in sentences_in(text)))


def _squeezed(text: str) -> str:
    return "".join(text.split())

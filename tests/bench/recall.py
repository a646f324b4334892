"""The questions of the shared data that have an answer, and how well a search answers them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.evaluation.hits import Wanted, wanted_passages
from assistant.evaluation.questions import Question, read_questions, sample
from assistant.evaluation.retrieval_measures import DEEPEST, MEASURES, mean_measures, measures_of_one
from assistant.vector_store.base import RetrievedChunk

__all__ = ["DATA", "DEEPEST", "MEASURES", "Asked", "QuestionSet", "measures", "question_sets", "set_names"]

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, and what should be found."""

    query: str
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions about the documents of one folder of the shared data."""

    title: str
    folder: str
    questions: tuple[Asked, ...]


def set_names() -> list[str]:
    """The folders that have questions with gold passages."""
    return sorted(path.parent.name for path in DATA.glob("*/questions.jsonl"))


def question_sets(name: str, limit: int | None = None) -> list[QuestionSet]:
    """The answerable questions of a folder, `limit` at most; of dialogues also with all of the customer's turns as the
    query."""
    questions = sample(answerable_questions(name), limit)
    sets = [QuestionSet(name, name, tuple(Asked(each.query, wanted_passages(each.gold)) for each in questions))]
    if any(question.history for question in questions):
        whole = (Asked(whole_query(each), wanted_passages(each.gold)) for each in questions)
        sets.append(QuestionSet(f"{name}, all turns", name, tuple(whole)))
    return sets


def answerable_questions(name: str) -> list[Question]:
    """The questions of a folder that have gold passages."""
    return [each for each in read_questions(DATA / name / "questions.jsonl") if each.answerable and each.gold]


def whole_query(question: Question) -> str:
    """All that the customer said, the question last."""
    said = [message.text for message in question.history if message.role == "customer"]
    return "\n".join([*said, question.query])


def measures(asked: Sequence[Asked], found: Sequence[Sequence[RetrievedChunk]]) -> tuple[float, ...]:
    """The mean of each of MEASURES."""
    return mean_measures([measures_of_one(each.wanted, results) for each, results in zip(asked, found, strict=True)])

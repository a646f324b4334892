"""The questions of the shared data, and how well a search answers them.

A result counts when it comes from a gold document and, for question-answer tables, holds the gold text
(../shared/data/README.md).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.vector_store.base import RetrievedChunk

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DEPTHS = (1, 3, 5)
DEEPEST = 10
MEASURES = (*(f"recall@{depth}" for depth in DEPTHS), "MRR", f"nDCG@{DEEPEST}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, and the gold passages as (file name, text)."""

    query: str
    gold: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions about the documents of one folder of the shared data."""

    title: str
    folder: str
    questions: tuple[Asked, ...]


def set_names() -> list[str]:
    """The folders that have questions with gold passages."""
    return sorted(path.parent.name for path in DATA.glob("*/questions.jsonl"))


def question_sets(name: str) -> list[QuestionSet]:
    """The answerable questions of a folder; of dialogues also with all of the customer's turns as the query."""
    lines = (DATA / name / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [question for question in map(json.loads, lines) if question["answerable"] and question["gold"]]
    sets = [QuestionSet(name, name, tuple(_asked(question, question["query"]) for question in questions))]
    if any(question["history"] for question in questions):
        whole = (_asked(question, "\n".join([*_customer_turns(question), question["query"]])) for question in questions)
        sets.append(QuestionSet(f"{name}, all turns", name, tuple(whole)))
    return sets


def measures(asked: Sequence[Asked], found: Sequence[Sequence[RetrievedChunk]]) -> tuple[float, ...]:
    """The mean of each of MEASURES. Each gold passage gains once, where it is found first."""
    rows = [_measures_of_one(each.gold, results) for each, results in zip(asked, found, strict=True)]
    return tuple(sum(column) / len(rows) for column in zip(*rows, strict=True))


def _measures_of_one(gold: Sequence[tuple[str, str]], results: Sequence[RetrievedChunk]) -> tuple[float, ...]:
    missing = set(gold)
    gains = []
    for result in results[:DEEPEST]:
        hits = {wanted for wanted in missing if _is_hit(wanted, result)}
        missing -= hits
        gains.append(1.0 if hits else 0.0)
    first = gains.index(1.0) if 1.0 in gains else math.inf
    recalls = (float(first < depth) for depth in DEPTHS)
    best = sum(_discount(place) for place in range(min(DEEPEST, len(gold))))
    gained = sum(gain * _discount(place) for place, gain in enumerate(gains))
    return (*recalls, 1 / (first + 1), gained / best)


def _discount(place: int) -> float:
    return 1 / math.log2(place + 2)


def _is_hit(wanted: tuple[str, str], result: RetrievedChunk) -> bool:
    return Path(result.uri).name == wanted[0] and wanted[1] in result.text


def _asked(question: Any, query: str) -> Asked:
    """Of documents other than tables any passage counts, so their text is no matter."""
    gold = [(each["uri"], each["text"] if each["uri"].endswith(".csv") else "") for each in question["gold"]]
    return Asked(query, tuple(dict.fromkeys(gold)))


def _customer_turns(question: Any) -> list[str]:
    return [turn["text"] for turn in question["history"] if turn["role"] == "customer"]

"""Questions and results for tests."""

from __future__ import annotations

from typing import Any

from assistant.evaluation.questions import Gold, Question
from assistant.evaluation.result import FoundPassage, Result


def question(number: int, *, answerable: bool = True, gold: str = "a.md") -> Question:
    golds = (Gold(gold, ""),) if answerable and gold else ()
    return Question(number, f"question {number}?", answerable=answerable, gold=golds, answer="reference")


def result(asked: Question, found: str = "a.md", distance: float | None = 0.3, **changed: Any) -> Result:
    """As a search would have found it: documents by name, blanks between them."""
    names = found.split()
    values: dict[str, Any] = {
        "decision": "answer",
        "searched": (asked.query,),
        "results": tuple(FoundPassage(f"/docs/{name}", name, "", "some text", distance or 2.0) for name in names),
        "distance": distance,
        "place": next((n for n, name in enumerate(names, 1) if asked.gold and name == asked.gold[0].uri), None),
        "reference": asked.answer,
        "latency_s": 0.1,
    } | changed
    return Result(asked.id, asked.query, asked.answerable, bool(asked.gold), **values)

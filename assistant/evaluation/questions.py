"""Reads the questions of an evaluation: JSON Lines, one question a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal

from assistant.errors import EvaluationError

QuestionId = str | int
Role = Literal["customer", "agent"]
_FORM = '{"id": …, "query": "…", "history": […], "answerable": true, "gold": [{"uri": "…", "text": "…"}]}'
_SHOWN_ERRORS = 5


@dataclass(frozen=True, slots=True)
class PastMessage:
    """What was said before a question."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Gold:
    """A passage that answers a question: the name or uri of its document, and its text."""

    uri: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked after `history` (oldest first). `answerable`: whether the documents hold the answer. `answer` is
    how a person would word it, "" where nobody did."""

    id: QuestionId
    query: str
    history: tuple[PastMessage, ...] = ()
    answerable: bool = True
    gold: tuple[Gold, ...] = ()
    answer: str = ""

    @property
    def key(self) -> str:
        """Tells the question from all others of its file: 1 and "1" are two."""
        return json.dumps(self.id, ensure_ascii=False)


def read_questions(path: Path) -> list[Question]:
    """All questions of a file, in its order. Raises EvaluationError, which names the lines that are wrong."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as exc:
        raise EvaluationError(f"{path} can't be read ({exc.strerror or exc}): check its name") from exc
    questions: dict[str, Question] = {}
    errors: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = _question(line)
            if question.key in questions:
                raise _WrongLine(f"the id {question.key} is there already")
            questions[question.key] = question
        except _WrongLine as exc:
            errors.append(f"line {number}: {exc}")
    if errors:
        more = f" … and {len(errors) - _SHOWN_ERRORS} more" if len(errors) > _SHOWN_ERRORS else ""
        told = "; ".join(errors[:_SHOWN_ERRORS])
        raise EvaluationError(f"{path} {told}{more}: each line must be like {_FORM}")
    if not questions:
        raise EvaluationError(f"{path} holds no question: each line must be like {_FORM}")
    return list(questions.values())


def sample(questions: Sequence[Question], limit: int | None) -> list[Question]:
    """At most `limit` of them, chosen at random, the same each time; in their order."""
    if limit is None or limit >= len(questions):
        return list(questions)
    chosen = Random(0).sample(range(len(questions)), limit)  # noqa: S311 (a sample, no secret)
    return [questions[place] for place in sorted(chosen)]


class _WrongLine(ValueError):
    """What is wrong with one line."""


def _question(line: bytes) -> Question:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise _WrongLine("no JSON") from exc
    if not isinstance(entry, dict):
        raise _WrongLine("no object")
    identity = entry.get("id")
    if not isinstance(identity, str | int) or isinstance(identity, bool):
        raise _WrongLine('no "id" that is a text or number')
    query = entry.get("query")
    if not isinstance(query, str):
        raise _WrongLine('no "query" text')
    gold = tuple(_gold(each) for each in _objects(entry, "gold"))
    answerable = entry.get("answerable", bool(gold))
    if not isinstance(answerable, bool):
        raise _WrongLine('"answerable" must be true or false')
    answer = entry.get("answer") or ""
    if not isinstance(answer, str):
        raise _WrongLine('"answer" must be a text')
    history = tuple(_past(each) for each in _objects(entry, "history"))
    return Question(identity, query, history, answerable, gold, answer)


def _objects(entry: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = entry.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise _WrongLine(f'"{name}" must be a list of objects')
    return found


def _gold(entry: dict[str, Any]) -> Gold:
    uri, text = entry.get("uri"), entry.get("text") or ""
    if not isinstance(uri, str) or not uri.strip() or not isinstance(text, str):
        raise _WrongLine('each of "gold" needs a "uri" and a "text"')
    return Gold(uri, text)


def _past(entry: dict[str, Any]) -> PastMessage:
    role, text = entry.get("role"), entry.get("text")
    if role not in ("customer", "agent") or not isinstance(text, str):
        raise _WrongLine('each of "history" needs a "text" and the "role" customer or agent')
    return PastMessage("customer" if role == "customer" else "agent", text)

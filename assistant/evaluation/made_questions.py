"""The questions of an evaluation that nobody wrote: made by the model, and kept as questions.jsonl."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from psycopg_pool import ConnectionPool

from assistant import wiring
from assistant.config import Settings
from assistant.embedded import Part
from assistant.errors import EvaluationError
from assistant.evaluation.hits import file_name
from assistant.evaluation.progress import counted
from assistant.evaluation.question_maker import TRIES, MadeQuestion, QuestionMaker, answers
from assistant.evaluation.questions import Gold, Question
from assistant.evaluation.sampled_chunks import sampled_chunks
from assistant.llm.base import Deadlines
from assistant.llm.limited import allowed_at_once


def make_questions(
    settings: Settings,
    pool: ConnectionPool,
    knowledge_set: str,
    count: int,
    say: Callable[[str], None],
) -> list[Question]:
    """At most `count` questions, each for a sentence of a random chunk of the set, which is its reference answer; what
    was dropped is told. Raises AssistantError."""
    wanted_for = answers(sampled_chunks(pool, knowledge_set, count * TRIES))
    if not wanted_for:
        raise EvaluationError(
            f"knowledge set {knowledge_set!r} holds no sentence that everyone may see and that could be asked for: take"
            " some in first"
        )
    with wiring.served(settings, [Part.CHAT_MODEL], say) as complete:
        model = wiring.language_model(complete)
        model.check()
        maker = QuestionMaker(model, Deadlines(total_s=complete.answer_timeout_s))
        with counted("making questions", count) as advance:
            made = maker.make(wanted_for, count, at_once=allowed_at_once(model.info()), on_made=lambda _: advance())
        model.close()
    dropped = "".join(f"; dropped, as {reason}: {times}" for reason, times in sorted(made.dropped.items()))
    say(f"{len(made.questions)} of {count} questions were made{dropped}")
    if not made.questions:
        raise EvaluationError("the model made no question that could be used: write some, or use a larger model")
    return [_question(number, each) for number, each in enumerate(made.questions, start=1)]


def write_questions(path: Path, questions: Sequence[Question]) -> None:
    """As read_questions reads them. Raises EvaluationError."""
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_text("".join(map(_line, questions)), encoding="utf-8", errors="backslashreplace")
        draft.replace(path)
    except OSError as exc:
        raise EvaluationError(f"{path} can't be written ({exc.strerror}): name another --out") from exc


def _question(number: int, made: MadeQuestion) -> Question:
    chunk = made.answer.chunk
    gold = Gold(file_name(chunk.uri), chunk.text)
    return Question(f"made-{number}", made.question, gold=(gold,), answer=made.answer.text)


def _line(question: Question) -> str:
    entry = {
        "id": question.id,
        "query": question.query,
        "history": [{"role": message.role, "text": message.text} for message in question.history],
        "answerable": question.answerable,
        "gold": [{"uri": each.uri, "text": each.text} for each in question.gold],
        "answer": question.answer,
    }
    return json.dumps(entry, ensure_ascii=False) + "\n"

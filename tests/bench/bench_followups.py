"""How often the right document is found in the middle of a conversation, by what is searched for it.

`python -m tests.bench.bench_followups [--model N] [--write-docs]`: asks the turns of service-dialogues. `--model N`
also has the model that is set (or the packaged one) rewrite N of the turns that lean on what was said before. The data
holds no rewriting by a human to compare with, and hardly a change of topic: for that, questions that dialogues began
with are asked in the middle of others about other documents.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assistant import wiring
from assistant.config import Settings
from assistant.embedded import Part
from assistant.evaluation.hits import wanted_passages
from assistant.evaluation.questions import Question, read_questions, sample
from assistant.gate import FARTHEST, judge
from assistant.retrieve import Retriever
from assistant.rewriting.standing_alone import stands_alone
from assistant.vector_store.base import RetrievedChunk
from assistant.vector_store.scope import Scope
from prompts.model import Turn
from tests.bench.figures import keep
from tests.bench.loaded_sets import loaded
from tests.bench.pages import write_table
from tests.bench.recall import DATA, DEEPEST, MEASURES, Asked, measures

SET = "service-dialogues"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "retrieval.md"
COLUMNS = ("turns", "number", "searched", *MEASURES[:4])
Way = Callable[[Question], Sequence[RetrievedChunk]]


@dataclass(frozen=True, slots=True)
class Row:
    """MEASURES of some turns, searched in one way."""

    turns: str
    number: int
    way: str
    values: tuple[float, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        return self.turns, str(self.number), self.way, *(f"{value:.3f}" for value in self.values[:4])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=int, default=0, metavar="N", help="have so many turns rewritten by the model")
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/retrieval.md")
    options = parser.parse_args()
    questions = read_questions(DATA / SET / "questions.jsonl")
    with loaded([SET]) as (settings, retriever):
        ways = _ways(retriever.reaching(DEEPEST))
        rows = [row for turns, asked in _parts(questions).items() for row in _rows(turns, asked, ways)]
        if options.model:
            leaning = sample(_parts(questions)["later, leaning"], options.model)
            rows += _model_rows(settings, leaning, ways, retriever.reaching(DEEPEST))
    keep("followups", {"rows": [row.cells for row in rows]})
    if options.write_docs:
        note = f"Measured on {SET}, {datetime.now(UTC):%Y-%m-%d}."
        write_table(PAGE, "follow-ups", note, COLUMNS, [row.cells for row in rows])


def _parts(questions: Sequence[Question]) -> dict[str, list[Question]]:
    """The first turns, of the later ones those that stand alone by our rule, and those that lean on others, and changes
    of topic."""
    first = [question for question in questions if not question.history]
    later = [question for question in questions if question.history]
    return {
        "first": first,
        "later, standing alone": [question for question in later if stands_alone(question.query)],
        "later, leaning": [question for question in later if not stands_alone(question.query)],
        "a change of topic": _changes_of_topic(first, later),
    }


def _changes_of_topic(first: Sequence[Question], later: Sequence[Question]) -> list[Question]:
    """Each first turn in the middle of a dialogue about something else."""
    rng = random.Random(0)
    changes = []
    for question in first:
        amid = rng.choice(later)
        while _documents(amid) & _documents(question):
            amid = rng.choice(later)
        changes.append(replace(question, id=f"{question.id} after {amid.id}", history=amid.history))
    return changes


def _documents(question: Question) -> set[str]:
    return {gold.uri for gold in question.gold}


def _ways(retriever: Retriever) -> dict[str, Way]:
    scope = Scope((SET,))

    def all_turns(question: Question) -> Sequence[RetrievedChunk]:
        return retriever.retrieve(scope, "\n".join([*_customer(question), question.query]), ()).alone

    def rule(question: Question) -> Sequence[RetrievedChunk]:
        return judge(retriever.retrieve(scope, question.query, _customer(question)), FARTHEST).chunks

    return {
        "the last turn only": lambda question: retriever.retrieve(scope, question.query, ()).alone,
        "all of the customer's turns as one": all_turns,
        "as we do, by rule": rule,
    }


def _rows(turns: str, questions: Sequence[Question], ways: dict[str, Way]) -> list[Row]:
    rows = []
    for way, search in ways.items():
        asked = [Asked(question.query, wanted_passages(question.gold)) for question in questions]
        rows.append(Row(turns, len(questions), way, measures(asked, [search(question) for question in questions])))
        print(*rows[-1].cells, flush=True)  # all of it takes minutes
    return rows


def _model_rows(
    settings: Settings, questions: Sequence[Question], ways: dict[str, Way], retriever: Retriever
) -> list[Row]:
    """A sample of leaning turns in all ways, and as the model rewrites them."""
    scope, changed, took_s = Scope((SET,)), 0, 0.0
    with (
        wiring.served(settings, [Part.CHAT_MODEL], print) as complete,
        closing(wiring.language_model(complete)) as model,
    ):
        rewriter = wiring.rewriter(complete.model_copy(update={"rewrite": "model"}), model)

        def by_model(question: Question) -> Sequence[RetrievedChunk]:
            nonlocal changed, took_s
            started = time.perf_counter()
            rewritten = rewriter.rewritten(question.query, [Turn(past.role, past.text) for past in question.history])
            took_s += time.perf_counter() - started
            changed += rewritten != question.query
            return judge(retriever.retrieve(scope, rewritten, _customer(question)), FARTHEST).chunks

        model_name = model.info().model_id.partition(".")[0]
        rows = _rows("later, leaning, a sample", questions, {**ways, f"rewritten by {model_name}": by_model})
    print(f"{changed} of {len(questions)} were rewritten, {took_s / len(questions):.2f} s each")
    return rows


def _customer(question: Question) -> list[str]:
    return [past.text for past in question.history if past.role == "customer"]


if __name__ == "__main__":
    main()

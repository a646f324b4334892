"""What the gate sees of every question of the shared data: those that a set answers, and those that it does not.

A set without unanswerable questions of its own gets those of the other sets; one with dialogues also gets them in the
middle of its dialogues. What was found is kept under build/bench and used again with `--kept`.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.evaluation.questions import PastMessage, Question, read_questions, sample
from assistant.retrieve import Retrieval, Retriever
from assistant.vector_store.scope import Scope
from tests.bench.figures import FOLDER
from tests.bench.loaded_sets import loaded
from tests.bench.recall import DATA, set_names

STRANGERS = 60
"""Questions of each other set that a set is asked."""
IN_DIALOGUES = 400
MOST = 700
"""Questions of either kind of a set's own, at random: more would take long, and tell the same."""
KEPT = FOLDER / "gate-evidence.pickle"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a set, whether the set answers it, and what was found for it."""

    question: Question
    answerable: bool
    found: Retrieval


def gathered(*, kept: bool) -> dict[str, list[Asked]]:
    """What was found for the questions of each set."""
    if kept and KEPT.exists():
        found: dict[str, list[Asked]] = pickle.loads(KEPT.read_bytes())  # noqa: S301 (written by ourselves, below)
        return found
    names = set_names()
    questions = {name: read_questions(DATA / name / "questions.jsonl") for name in names}
    found = {}
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    with loaded(names) as (_, retriever):
        for name in names:
            found[name] = list(_found(retriever, name, questions))
            KEPT.write_bytes(pickle.dumps(found))
    return found


def _found(retriever: Retriever, name: str, questions: dict[str, list[Question]]) -> Iterator[Asked]:
    scope = Scope((name,))
    for question, answerable in _questions(name, questions):
        earlier = [past.text for past in question.history if past.role == "customer"]
        yield Asked(question, answerable, retriever.retrieve(scope, question.query, earlier))
    print(f"{name} is asked", flush=True)


def _questions(name: str, questions: dict[str, list[Question]]) -> Iterator[tuple[Question, bool]]:
    own = questions[name]
    for kind in (True, False):
        yield from ((each, kind) for each in sample([each for each in own if each.answerable is kind], MOST))
    if not all(question.answerable for question in own):
        return
    rng = random.Random(name)
    strange = list(_strange(name, questions, rng))
    yield from ((Question(f"strange-{number}", query), False) for number, query in enumerate(strange))
    dialogues: Sequence[tuple[PastMessage, ...]] = [question.history for question in own if question.history]
    for number in range(IN_DIALOGUES if dialogues else 0):
        history = rng.choice(dialogues)
        yield Question(f"amid-{number}", rng.choice(strange), history), False


def _strange(name: str, questions: dict[str, list[Question]], rng: random.Random) -> Iterator[str]:
    """Questions of other sets that stand by themselves."""
    for other, asked in sorted(questions.items()):
        if other != name:
            alone = [question.query for question in asked if not question.history and question.answerable]
            yield from rng.sample(alone, min(STRANGERS, len(alone)))

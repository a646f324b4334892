"""Calibrates a knowledge set: asks it questions, fits the limits, tells how good they are, and keeps them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from psycopg_pool import ConnectionPool

from assistant import wiring
from assistant.calibration.figures import CalibrationFigures, cross_validated, figures
from assistant.calibration.fit import FEWEST, Judged, check_enough, fitted
from assistant.calibration.found_again import found_again
from assistant.calibration.store import CalibrationStore
from assistant.calibration.strangers import strange_questions
from assistant.config import Settings
from assistant.embedding.distances import NearDistances
from assistant.errors import CalibrationError
from assistant.evaluation.made_questions import make_questions
from assistant.evaluation.progress import counted
from assistant.evaluation.questions import Question, read_questions
from assistant.gate import FARTHEST, judge
from assistant.retrieve import Retriever
from assistant.vector_store.scope import Scope

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What came of it: the limits without a calibration and those fitted now, the figures of both on the same questions
    (those of the fitted ones on questions that they were not fitted on), and the distances that they were fitted on."""

    knowledge_set: str
    embedding_model: str
    default: NearDistances
    fitted: NearDistances
    default_figures: CalibrationFigures
    fitted_figures: CalibrationFigures
    judged: tuple[Judged, ...]

    def as_json(self) -> dict[str, object]:
        """All but the questions' distances, which are counted."""
        answerable = sum(each.answerable for each in self.judged)
        told = asdict(self)
        del told["judged"]
        return {**told, "answerable": answerable, "unanswerable": len(self.judged) - answerable}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The set to calibrate, by the questions of a file, or by `count` made ones and as many strange ones."""

    knowledge_set: str
    questions_file: Path | None
    count: int


def calibrate(settings: Settings, wanted: Wanted, *, keep: bool, say: Say) -> Calibrated:
    """Calibrate the set, and `keep` the calibration. Raises AssistantError."""
    knowledge_set = wanted.knowledge_set
    if settings.reranker_model:
        raise CalibrationError(
            "ASSISTANT_RERANKER_MODEL is set, and then ASSISTANT_MAX_RERANK_DISTANCE decides: unset it to calibrate"
        )
    given = _checked(read_questions(wanted.questions_file)) if wanted.questions_file else None
    with wiring.database_pool(settings, 4) as pool:
        found = wiring.vector_store(pool).find_set(knowledge_set)
        if found is None:
            raise CalibrationError(f"there is no knowledge set {knowledge_set!r}: run `ingest add PATH` first")
        with wiring.retriever(settings, pool) as retriever:
            questions = given or _made(settings, pool, retriever, wanted, say)
            judged = _judged(retriever, knowledge_set, questions)
        model = found.space.model_name
        done = _calibrated(knowledge_set, model, wiring.answer_policy(settings).near(model), judged)
        if keep and not CalibrationStore(pool).keep(knowledge_set, model, done.fitted, done.fitted_figures):
            raise CalibrationError(f"the knowledge set {knowledge_set!r} is gone: nothing was kept")
    return done


def _made(settings: Settings, pool: ConnectionPool, retriever: Retriever, wanted: Wanted, say: Say) -> list[Question]:
    """Questions made from the set, and strange ones. Raises AssistantError."""
    name = wanted.knowledge_set
    strange = strange_questions(pool, name, wanted.count)
    made = make_questions(settings, pool, name, wanted.count, say)
    found = found_again(retriever, name, made)
    if len(found) < len(made):
        say(f"{len(made) - len(found)} of them were dropped: the search does not find what they were made from")
    if len(found) < FEWEST:
        raise CalibrationError(
            f"of {wanted.count} questions to {name!r} only {len(found)} are of use, and {FEWEST} are needed: make more"
            " by --generate, use a larger model, or write some and name their file by --questions"
        )
    return _checked([*found, *strange])


def _checked(questions: list[Question]) -> list[Question]:
    """Raises CalibrationError where there are too few of either kind."""
    check_enough([Judged(0.0, question.answerable) for question in questions])
    return questions


def _judged(retriever: Retriever, knowledge_set: str, questions: Sequence[Question]) -> tuple[Judged, ...]:
    """The questions with their distances, as far from everything as can be where nothing is found."""
    scope, judged = Scope((knowledge_set,)), []
    with counted("asking", len(questions)) as advance:
        for question in questions:
            earlier = [past.text for past in question.history if past.role == "customer"]
            distance = judge(retriever.retrieve(scope, question.query, earlier), FARTHEST).distance
            judged.append(Judged(FARTHEST if distance is None else distance, question.answerable))
            advance()
    return tuple(judged)


def _calibrated(knowledge_set: str, model: str, default: NearDistances, judged: Sequence[Judged]) -> Calibrated:
    return Calibrated(
        knowledge_set,
        model,
        default,
        fitted(judged),
        figures(judged, [default] * len(judged)),
        cross_validated(judged),
        tuple(judged),
    )

"""What asks the questions of one variant, with all that it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg_pool import ConnectionPool

from assistant import wiring
from assistant.config import Settings
from assistant.embedded import Part
from assistant.evaluation.answering import Answering
from assistant.evaluation.closed_book import ClosedBook
from assistant.evaluation.judging import Judging
from assistant.evaluation.metered_model import MeteredModel
from assistant.evaluation.questions import Question
from assistant.evaluation.result import Result
from assistant.evaluation.retrieval_measures import DEEPEST
from assistant.evaluation.variants import Variant
from assistant.llm.limited import LimitedModel, allowed_at_once
from assistant.retrieve import Retriever
from assistant.vector_store.scope import Scope

SEARCHES_AT_ONCE = 16
MOST_ANSWERS_AT_ONCE = 16
"""Unless another number is asked for: enough for a server that batches, and no load test."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Gives the result of a question; so many may be asked at once. Safe to share between threads."""

    result_of: Callable[[Question], Result]
    at_once: int


@contextmanager
def searching_asker(settings: Settings, pool: ConnectionPool, scope: Scope) -> Iterator[Asker]:
    """Without any language model, while the block runs."""
    with _deep_retriever(settings, pool, scope) as deep:
        judging = Judging(deep, wiring.answer_policy(settings, pool), scope, settings.top_k)
        yield Asker(judging.result, SEARCHES_AT_ONCE)


@contextmanager
def answering_asker(
    variant: Variant, settings: Settings, pool: ConnectionPool, scope: Scope, say: Callable[[str], None]
) -> Iterator[Asker]:
    """With the variant's language model, which was seen to work. Raises AssistantError."""
    with wiring.served(settings, [Part.CHAT_MODEL], say) as complete:
        model = MeteredModel(LimitedModel(wiring.language_model(complete)))
        try:
            model.check()
            at_once = min(allowed_at_once(model.info()), MOST_ANSWERS_AT_ONCE)
            policy = wiring.answer_policy(complete, pool)
            if not variant.has_retrieval:
                yield Asker(ClosedBook(model, policy).result, at_once)
                return
            with _deep_retriever(complete, pool, scope) as deep:
                judging = Judging(deep, policy, scope, complete.top_k)
                answerer = wiring.answerer(complete, deep.reaching(complete.top_k), model, pool)
                yield Asker(Answering(judging, answerer, model).result, at_once)
        finally:
            model.close()


@contextmanager
def _deep_retriever(settings: Settings, pool: ConnectionPool, scope: Scope) -> Iterator[Retriever]:
    with wiring.retriever(settings, pool, max(DEEPEST, settings.top_k)) as deep:
        deep.warm_up(scope)
        yield deep

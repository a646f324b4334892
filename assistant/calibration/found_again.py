"""Which of the questions that a model made can be calibrated by."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.evaluation.hits import wanted_passages
from assistant.evaluation.questions import Question
from assistant.retrieve import Retriever
from assistant.vector_store.scope import Scope


def found_again(retriever: Retriever, knowledge_set: str, questions: Sequence[Question]) -> list[Question]:
    """Those for which the search finds what they were made from.

    A question that strayed from its passage has no answer in the set as far as anybody knows, and would teach the gate
    to answer such questions; one whose passage is not found can only be answered from others, and wrongly. For
    measuring the search itself they must not be sorted so: it would be asked only what it finds.
    """
    scope = Scope((knowledge_set,))
    return [question for question in questions if _is_found(retriever, scope, question)]


def _is_found(retriever: Retriever, scope: Scope, question: Question) -> bool:
    wanted = wanted_passages(question.gold)
    return any(each.is_met(found) for found in retriever.retrieve(scope, question.query, ()).alone for each in wanted)

"""The gate: answered is only what is near, by itself or by the topic of the conversation."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from assistant.embedding.distances import SPREAD
from assistant.gate import MAX_DEPARTURE, OF_DISTANCE, OF_LEANING, OF_MISSING, OF_NEIGHBOURS, OF_OWN, judge
from assistant.retrieve import Retrieval
from assistant.vector_store.base import RetrievedChunk
from tests.fakes.retrieved_chunks import chunk

NEAR, FAR = chunk(1, 0.3), chunk(2, 0.9)
NEAR_IN_CONTEXT, FAR_IN_CONTEXT = chunk(3, 0.4), chunk(4, 0.8)
FAR_OWN = 0.9
STAYS = MAX_DEPARTURE * SPREAD + OF_OWN * FAR_OWN - 1e-6
"""The drift of a question that only just stays, where it is FAR_OWN from all that is known."""
LEAVES = STAYS + 0.001


@pytest.mark.parametrize(
    ("alone", "in_context", "drift", "expected"),
    [
        pytest.param([], [], 0.0, [], id="nothing is known"),
        pytest.param([NEAR, FAR], [], 0.0, [1], id="first turn, near"),
        pytest.param([FAR], [], 0.0, [], id="first turn, far"),
        pytest.param([FAR], [NEAR_IN_CONTEXT], STAYS, [3], id="near by what was said before"),
        pytest.param([FAR], [NEAR_IN_CONTEXT], LEAVES, [], id="left the topic, far by itself"),
        pytest.param([NEAR], [NEAR_IN_CONTEXT], LEAVES, [1], id="left the topic, near by itself"),
        pytest.param([FAR], [NEAR_IN_CONTEXT, NEAR], STAYS, [1, 3], id="stays, both count"),
        pytest.param([NEAR, FAR], [NEAR_IN_CONTEXT], -0.5, [1, 3], id="came nearer"),
        pytest.param([FAR], [FAR_IN_CONTEXT], STAYS, [], id="far both ways"),
        pytest.param([chunk(1, 0.6)], [], 0.0, [1], id="the limit itself passes"),
        pytest.param([chunk(1, math.nan)], [], 0.0, [], id="a distance that is no number is not near"),
    ],
)
def test_gate_opens_for_what_is_near(
    alone: list[RetrievedChunk], in_context: list[RetrievedChunk], drift: float, expected: list[int]
) -> None:
    """Chunks beyond the limit never pass, and a strange question does not live off the earlier ones."""
    result = judge(Retrieval(tuple(alone), tuple(in_context), drift), 0.6)
    assert [passed.chunk_id for passed in result.chunks] == expected
    assert result.is_open == bool(expected)


@pytest.mark.parametrize(
    ("rerank_distance", "limit", "expected"),
    [(0.5, 0.5, [1]), (0.51, 0.5, []), (0.51, None, [1]), (None, 0.5, [1])],
)
def test_reranked_passages_are_judged_by_the_reranker(
    rerank_distance: float | None, limit: float | None, expected: list[int]
) -> None:
    """Unless there is no limit for that, or no judgement."""
    near = replace(chunk(1, 0.3), rerank_distance=rerank_distance)
    assert [passed.chunk_id for passed in judge(Retrieval((near,)), 0.6, limit).chunks] == expected


def test_relevance_opens_no_gate() -> None:
    """Whatever the words have added to it."""
    assert not judge(Retrieval((replace(FAR, relevance=0.99),)), 0.6).is_open


@pytest.mark.parametrize(
    ("drift", "from_context", "leans", "expected"),
    [
        pytest.param(STAYS, 0.0, False, True, id="only just"),
        pytest.param(LEAVES, 0.0, False, False, id="led away"),
        pytest.param(STAYS, 0.01, False, False, id="about something else"),
        pytest.param(STAYS - OF_DISTANCE * 0.5, 0.5, False, True, id="both together"),
        pytest.param(LEAVES, 0.0, True, True, id="says it"),
        pytest.param(LEAVES + OF_LEANING * SPREAD, 0.0, True, False, id="says it, of something else"),
    ],
)
def test_a_question_leaves_the_topic_that_departs_too_far(
    drift: float, from_context: float, leans: bool, expected: bool
) -> None:
    """By how much farther it leads from all that is known, and by how far it is from what was said."""
    found = Retrieval((FAR,), (NEAR_IN_CONTEXT,), drift, from_context, leans)
    assert expected == judge(found, 0.6).stays


def test_what_is_near_by_itself_leaves_sooner() -> None:
    """It needs nothing of what was said before."""
    assert judge(Retrieval((FAR,), (NEAR_IN_CONTEXT,), STAYS), 0.6).stays
    assert not judge(Retrieval((NEAR,), (NEAR_IN_CONTEXT,), STAYS), 0.6).stays


@pytest.mark.parametrize(
    ("question", "distances", "expected"),
    [
        ("", [0.3], 0.0),
        ("", [0.3, 0.3, 0.3], 0.0),
        ("", [0.3, 0.5, 0.7], OF_NEIGHBOURS * 0.2),
        ("", [0.7, 0.3, 0.5], OF_NEIGHBOURS * 0.2),
        ("", [0.3, *[0.5] * 4, 0.9], OF_NEIGHBOURS * 0.16),
        ("What is the text about?", [0.3], 0.0),
        ("Do returns cost?", [0.3], OF_MISSING * SPREAD / 2),
        ("Shall zebras sing?", [0.3], OF_MISSING * SPREAD),
        ("什么时候发货？", [0.3], OF_MISSING * SPREAD),
    ],
)
def test_one_near_passage_without_the_questions_words_is_doubted(
    question: str, distances: list[float], expected: float
) -> None:
    """The doubt is added to the distance of each; the passage's title counts as its own words."""
    chunks = tuple(chunk(number, distance) for number, distance in enumerate(distances))
    result = judge(Retrieval(chunks, searched=(question,)), 2.0)
    assert result.doubt == pytest.approx(expected)
    assert result.distance == pytest.approx(min(distances) + expected)
    limit = min(distances) + expected
    assert len(judge(Retrieval(chunks, searched=(question,)), limit + 1e-9).chunks) == distances.count(min(distances))
    assert not judge(Retrieval(chunks, searched=(question,)), limit - 1e-6).is_open


def test_departing_is_measured_by_the_models_spread() -> None:
    """Where all vectors lie close together, a small drift leads far away."""
    found = Retrieval((FAR,), (NEAR_IN_CONTEXT,), STAYS)
    assert (judge(found, 0.6).stays, judge(found, 0.6, spread=SPREAD / 2).stays) == (True, False)


def test_gate_keeps_the_values_that_decided() -> None:
    """A refusal can be explained afterwards."""
    result = judge(Retrieval((FAR, NEAR), (NEAR_IN_CONTEXT,), 0.1), 0.6)
    assert (result.nearest_alone, result.nearest_in_context, result.drift, result.max_distance) == (0.3, 0.4, 0.1, 0.6)
    assert judge(Retrieval(()), 0.6).nearest_alone is None

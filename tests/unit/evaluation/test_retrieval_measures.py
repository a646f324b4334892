"""Recall, MRR and nDCG against values worked out by hand, and against scikit-learn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from sklearn.metrics import ndcg_score

from assistant.evaluation.hits import wanted_passages
from assistant.evaluation.questions import Gold
from assistant.evaluation.retrieval_measures import first_place, mean_measures, measures_of_one


@dataclass(frozen=True)
class Passage:
    uri: str
    text: str = ""


def passages(names: str) -> list[Passage]:
    return [Passage(name) for name in names]


@pytest.mark.parametrize(
    ("gold", "found", "expected"),
    [
        ("a", "abc", (1, 1, 1, 1, 1)),
        ("b", "abc", (0, 1, 1, 1 / 2, 1 / math.log2(3))),
        ("d", "abcd", (0, 0, 1, 1 / 4, 1 / math.log2(5))),
        ("x", "abc", (0, 0, 0, 0, 0)),
        ("ab", "ab", (1, 1, 1, 1, 1)),
        ("ab", "axb", (1, 1, 1, 1, (1 + 1 / 2) / (1 + 1 / math.log2(3)))),
        ("ab", "aa", (1, 1, 1, 1, 1 / (1 + 1 / math.log2(3)))),
        ("k", "abcdefghijk", (0, 0, 0, 0, 0)),
        ("a", "", (0, 0, 0, 0, 0)),
    ],
)
def test_measures_are_those_worked_out_by_hand(gold: str, found: str, expected: Sequence[float]) -> None:
    """recall@1, 3 and 5, MRR, nDCG@10."""
    wanted = wanted_passages(Gold(name, "") for name in gold)
    assert pytest.approx(expected) == measures_of_one(wanted, passages(found))


@pytest.mark.parametrize(("gold", "found"), [("bd", "abcdef"), ("a", "bcdea"), ("acf", "abcdef")])
def test_ndcg_is_that_of_scikit_learn(gold: str, found: str) -> None:
    """Where all gold passages were found, as it knows of no others."""
    relevance = [[float(name in gold) for name in found]]
    falling = [[float(-place) for place in range(len(found))]]
    wanted = wanted_passages(Gold(name, "") for name in gold)
    assert pytest.approx(ndcg_score(relevance, falling, k=10)) == measures_of_one(wanted, passages(found))[-1]


def test_place_is_the_first_within_ten() -> None:
    """Counted from 1."""
    wanted = wanted_passages([Gold("j", ""), Gold("k", "")])
    assert first_place(wanted, passages("abcdefghij")) == 10
    assert first_place(wanted, passages("abcdefghixk")) is None


def test_mean_is_by_column() -> None:
    """Each measure by itself."""
    assert mean_measures([(1.0, 0.5), (0.0, 0.5)]) == (0.5, 0.5)

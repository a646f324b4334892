"""Figures of results, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.evaluation.figures import FIGURES
from assistant.evaluation.questions import Question
from assistant.evaluation.result import Citation, Result
from assistant.evaluation.summary import Summary, percentile
from tests.unit.evaluation.made_results import question, result


def figures(*pairs: tuple[Question, Result]) -> dict[str, Any]:
    return Summary([q for q, _ in pairs], {r.key: r for _, r in pairs}, top_k=2).figures()


def told(values: dict[str, Any]) -> set[str]:
    return {name for name, value in values.items() if value is not None}


def test_retrieval_and_refusing_are_measured() -> None:
    """Two answerable questions, one found at the second place; two that must be refused, one of them answered."""
    one, two, three, four = (question(n, answerable=n < 3) for n in range(1, 5))
    found = figures(
        (one, result(one, "a.md", 0.1)),
        (two, result(two, "b.md a.md", 0.2)),
        (three, result(three, "b.md", 0.3)),
        (four, result(four, "c.md", 0.9, decision="refuse")),
    )
    expected = {"recall@1": 0.5, "recall@3": 1.0, "recall@5": 1.0, "MRR": 0.75, "coverage": 0.75, "questions": 4.0}
    expected |= {
        "refusal_precision": 1.0,
        "refusal_recall": 0.5,
        "refusal_f1": 2 / 3,
        "refusal_auc": 1.0,
        "errors": 0.0,
    }
    assert expected == {name: found[name] for name in expected}
    assert found["aurc"] == pytest.approx((0 + 0 + 1 / 3 + 2 / 4) / 4)
    assert set(found) == set(FIGURES)


def test_question_without_its_passage_counts_as_wrong() -> None:
    """Within as many as an answer is made from."""
    one, two = question(1), question(2)
    found = figures((one, result(one, "b.md c.md a.md", 0.1)), (two, result(two, "a.md", 0.2)))
    assert found["aurc"] == pytest.approx((1 + 1 / 2) / 2)


def test_nothing_is_told_of_refusing_where_nothing_is_to_be_refused() -> None:
    """A figure of 1 would be a lie."""
    one = question(1)
    known = told(figures((one, result(one))))
    assert not known & {"refusal_precision", "refusal_recall", "refusal_f1", "refusal_auc", "similarity", "tokens"}
    assert known >= {"recall@1", "coverage", "aurc", "latency_p50_s"}


def test_question_that_found_nothing_is_the_farthest() -> None:
    """It is refused first."""
    one, two = question(1), question(2, answerable=False)
    found = figures((one, result(one, "a.md", 0.9)), (two, result(two, "", None, decision="refuse")))
    assert found["refusal_auc"] == 1.0


def test_errors_are_counted_apart() -> None:
    """By what was wrong, and in no other figure."""
    one, two = question(1), question(2)
    pairs = {"1": result(one), "2": result(two, "", None, decision="error", error="ModelUnavailable: gone")}
    summary = Summary([one, two], pairs, top_k=5)
    assert dict(summary.errors) == {"ModelUnavailable: gone": 1}
    found = summary.figures()
    assert (found["questions"], found["errors"], found["recall@1"], found["coverage"]) == (2.0, 1.0, 1.0, 1.0)


def test_answers_are_measured() -> None:
    """Similarity, citations, length and tokens, of those that were answered."""
    one, two, three = question(1), question(2), question(3)
    cited = (Citation(1, "/docs/a.md", "A", "…"),)
    found = figures(
        (
            one,
            result(
                one,
                answer="Five euros [1].",
                similarity=0.8,
                citations=cited,
                cited_sentences=2,
                supported_sentences=1,
                prompt_tokens=100,
                generated_tokens=10,
            ),
        ),
        (two, result(two, answer="Ten.", similarity=0.4, generated_tokens=20, prompt_tokens=50)),
        (three, result(three, answer="I don't know.", decision="refuse")),
    )
    assert found["similarity"] == pytest.approx(0.6)
    assert found["citation_support"] == 0.5
    assert found["cited"] == 0.5
    assert found["words"] == 2.0
    assert (found["prompt_tokens"], found["tokens"]) == (75.0, 15.0)


def test_answers_from_the_models_own_head_have_no_retrieval_figures() -> None:
    """Nothing was searched."""
    one, two = question(1), question(2, answerable=False)
    bare: dict[str, Any] = {"searched": (), "answer": "Perhaps."}
    known = told(figures((one, result(one, "", None, **bare)), (two, result(two, "", None, **bare))))
    assert not known & {"recall@1", "MRR", "nDCG@10", "aurc", "refusal_auc"}
    assert known >= {"coverage", "refusal_recall", "words"}


@pytest.mark.parametrize(("percent", "expected"), [(50, 2.0), (95, 4.0), (100, 4.0), (1, 1.0)])
def test_percentile_is_one_of_the_values(percent: float, expected: float) -> None:
    """By nearest rank."""
    assert expected == percentile([1.0, 2.0, 3.0, 4.0], percent)
    assert percentile([], percent) is None

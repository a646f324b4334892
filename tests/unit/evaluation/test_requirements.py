"""What an evaluation must show."""

from __future__ import annotations

import pytest

from assistant.errors import EvaluationError
from assistant.evaluation.requirements import Requirement, read_requirement, verdicts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("recall@5>=0.9", Requirement("recall@5", ">=", 0.9)),
        (" mrr > .5", None),
        ("mrr > 0.5", Requirement("MRR", ">", 0.5)),
        ("LATENCY_P95_S<=2", Requirement("latency_p95_s", "<=", 2.0)),
        ("errors<1e0", Requirement("errors", "<", 1.0)),
        ("recall@5", None),
        ("recall@5=0.9", None),
        ("recall@4>=0.9", None),
        ("recall@5>=high", None),
        ("", None),
    ],
)
def test_requirement_is_read_or_named(text: str, expected: Requirement | None) -> None:
    """Upper and lower case don't matter."""
    if expected is None:
        with pytest.raises(EvaluationError, match=r"--require"):
            read_requirement(text)
    else:
        assert expected == read_requirement(text)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("recall@5>=0.9", 0.9, True),
        ("recall@5>0.9", 0.9, False),
        ("aurc<=0.1", 0.1, True),
        ("aurc<0.1", 0.1, False),
        ("recall@5>=0", None, False),
    ],
)
def test_requirement_is_met_within_its_limit(text: str, value: float | None, expected: bool) -> None:
    """What can't be told meets nothing."""
    requirement = read_requirement(text)
    [verdict] = verdicts([requirement], {requirement.figure: value})
    assert expected == verdict.is_met


def test_verdict_tells_the_value_and_what_is_required() -> None:
    """On one line."""
    [verdict, other] = verdicts(
        [read_requirement("recall@5>=0.9"), read_requirement("refusal_f1>=0.5")], {"recall@5": 0.8123456}
    )
    assert str(verdict) == "recall@5 is 0.8123, required: recall@5>=0.9"
    assert str(other) == "refusal_f1 can't be told from these questions, required: refusal_f1>=0.5"

"""The limits that a calibration fits."""

from __future__ import annotations

import pytest

from assistant.calibration.fit import FEWEST, NEVER, Judged, check_enough, fitted
from assistant.errors import CalibrationError


def judged(answerable: list[float], others: list[float]) -> list[Judged]:
    return [Judged(each, answerable=True) for each in answerable] + [Judged(each, answerable=False) for each in others]


def spread(first: float, last: float, count: int) -> list[float]:
    return [first + (last - first) * place / (count - 1) for place in range(count)]


def test_limit_lies_halfway_between_kinds_that_are_apart() -> None:
    """What lies between was never seen, and may belong to either."""
    near = fitted(judged(spread(0.1, 0.3, 30), spread(0.7, 0.9, 30)))
    assert (near.asked, near.overheard) == pytest.approx((0.5, 0.5))


def test_overheard_limit_is_stricter_where_kinds_mix() -> None:
    """Of the asked ones a few wrong answers are worth it."""
    questions = judged(spread(0.1, 0.6, 200), spread(0.2, 0.9, 40))
    near = fitted(questions)
    within = [each for each in questions if each.distance <= near.overheard]
    assert near.overheard < near.asked
    assert sum(each.answerable for each in within) / len(within) >= 0.95


def test_nothing_is_overheard_where_nothing_is_sure() -> None:
    """Silence is better than half of the answers being wrong."""
    mixed = judged(spread(0.3, 0.6, 40), spread(0.3, 0.6, 40))
    assert fitted(mixed).overheard == NEVER


def test_few_questions_without_an_answer_weigh_as_many() -> None:
    """Answering two of 20 is a tenth of all that is not the assistant's business, however much it does answer."""
    near = fitted(judged(spread(0.1, 0.3, 2000), [0.15, 0.2, *spread(0.7, 0.9, 18)]))
    assert 0.1 < near.overheard < 0.15


def test_overheard_limit_never_exceeds_the_asked_one() -> None:
    """Whoever asked gets at least what an overheard question would."""
    near = fitted(judged(spread(0.1, 0.9, 400), spread(0.85, 0.95, 20)))
    assert near.overheard <= near.asked


@pytest.mark.parametrize(("answerable", "others"), [(FEWEST - 1, 100), (100, FEWEST - 1), (0, 0)])
def test_too_few_questions_are_refused(answerable: int, others: int) -> None:
    """In one line that tells how many there are, and how many it takes."""
    with pytest.raises(CalibrationError, match=f"{answerable} questions .* {others} without .* at least {FEWEST}"):
        check_enough(judged([0.1] * answerable, [0.9] * others))


def test_enough_questions_are_enough() -> None:
    """FEWEST of each kind."""
    check_enough(judged([0.1] * FEWEST, [0.9] * FEWEST))

"""What an evaluation must show, so that it can guard a deployment: `recall@5>=0.9`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.errors import EvaluationError
from assistant.evaluation.figures import FIGURES

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_FORM = re.compile(r"\s*([^<>=\s]+)\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A figure, by its name in FIGURES, and what it is compared with."""

    figure: str
    comparison: str
    limit: float

    def __str__(self) -> str:
        return f"{self.figure}{self.comparison}{self.limit:g}"

    def is_met(self, value: float | None) -> bool:
        """A figure that can't be told meets nothing."""
        return value is not None and _COMPARISONS[self.comparison](value, self.limit)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a requirement was met, and by what value."""

    requirement: Requirement
    value: float | None
    is_met: bool

    def __str__(self) -> str:
        told = "can't be told from these questions" if self.value is None else f"is {self.value:.4g}"
        return f"{self.requirement.figure} {told}, required: {self.requirement}"


def read_requirement(text: str) -> Requirement:
    """A requirement as it is written. Raises EvaluationError, which names what is wrong."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise EvaluationError(f"--require {text!r} can't be read: write it like 'recall@5>=0.9'")
    known = {name.casefold(): name for name in FIGURES}
    name = known.get(form[1].casefold())
    if name is None:
        raise EvaluationError(f"--require {text!r}: there is no figure {form[1]!r}; there are {', '.join(FIGURES)}")
    return Requirement(name, form[2], float(form[3]))


def verdicts(requirements: Sequence[Requirement], figures: Mapping[str, float | None]) -> list[Verdict]:
    """Each requirement against the figures."""
    values = [(each, figures.get(each.figure)) for each in requirements]
    return [Verdict(each, value, each.is_met(value)) for each, value in values]

"""The figures of a run's results."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean, median

from assistant.checks.words import tokens
from assistant.evaluation.curves import (
    RefusalPoint,
    RiskPoint,
    area_under_risk,
    average_precision,
    refusal_curve,
    refusals,
    risk_coverage,
)
from assistant.evaluation.figures import FIGURES
from assistant.evaluation.hits import wanted_passages
from assistant.evaluation.questions import Question
from assistant.evaluation.result import Result
from assistant.evaluation.retrieval_measures import MEASURES, mean_measures, measures_of_one

FARTHEST = 2.0
"""Cosine distance of a question for which nothing was found."""
Figures = dict[str, float | None]


class Summary:
    """What the results of the questions, which have them by key, amount to. `top_k`: passages that an answer is made
    from. `is_ranked`: something was searched."""

    def __init__(self, questions: Sequence[Question], results: Mapping[str, Result], top_k: int) -> None:
        asked = [(question, results[question.key]) for question in questions if question.key in results]
        self.errors = Counter(result.error for _, result in asked if result.decision == "error")
        self.asked = [(question, result) for question, result in asked if result.decision != "error"]
        self.results = [result for _, result in self.asked]
        self.is_ranked = any(result.searched for result in self.results)
        self._top_k = top_k

    def figures(self) -> Figures:
        """All of FIGURES; None for what can't be told from these results."""
        figures: Figures = dict.fromkeys(FIGURES)
        figures |= {"questions": float(len(self.asked) + self.errors.total()), "errors": float(self.errors.total())}
        if self.is_ranked:
            figures |= self._retrieval() | self._curves()
        return figures | self._refusing() | self._answers() | self._effort()

    def refusal_points(self) -> list[RefusalPoint]:
        """The precision-recall curve of refusing."""
        return refusal_curve(self._distances(), self._to_refuse()) if self.is_ranked else []

    def risk_points(self) -> list[RiskPoint]:
        """Risk against coverage: wrong is what must be refused, and what there is no gold passage to answer from."""
        return risk_coverage(self._distances(), list(map(self._is_wrong, self.asked))) if self.is_ranked else []

    def _retrieval(self) -> Figures:
        rows = [
            measures_of_one(wanted, result.results)
            for question, result in self.asked
            if question.answerable and (wanted := wanted_passages(question.gold))
        ]
        return dict(zip(MEASURES, mean_measures(rows), strict=True)) if rows else {}

    def _curves(self) -> Figures:
        return {
            "refusal_auc": average_precision(self.refusal_points()),
            "aurc": area_under_risk(self.risk_points()),
        }

    def _refusing(self) -> Figures:
        found = refusals([result.decision != "answer" for result in self.results], self._to_refuse())
        return {
            "coverage": _mean(float(result.decision == "answer") for result in self.results),
            "refusal_precision": found.precision if any(self._to_refuse()) else None,
            "refusal_recall": found.recall,
            "refusal_f1": found.f1,
        }

    def _answers(self) -> Figures:
        answers = [result for result in self.results if result.decision == "answer" and result.answer]
        compared = [result.similarity for result in answers if result.similarity is not None]
        cited = sum(result.cited_sentences for result in answers)
        supported = sum(result.supported_sentences for result in answers)
        return {
            "similarity": _mean(compared),
            "similarity_median": median(compared) if compared else None,
            "citation_support": supported / cited if cited else None,
            "cited": _mean(float(bool(result.citations)) for result in answers),
            "words": _mean(float(len(tokens(result.answer))) for result in answers),
        }

    def _effort(self) -> Figures:
        latencies = sorted(result.latency_s for result in self.results)
        return {
            "latency_p50_s": percentile(latencies, 50),
            "latency_p95_s": percentile(latencies, 95),
            "prompt_tokens": _mean(self._told(lambda result: result.prompt_tokens)),
            "tokens": _mean(self._told(lambda result: result.generated_tokens)),
        }

    def _told(self, value: Callable[[Result], int | None]) -> list[float]:
        return [float(told) for told in map(value, self.results) if told is not None]

    def _distances(self) -> list[float]:
        return [FARTHEST if result.distance is None else result.distance for result in self.results]

    def _to_refuse(self) -> list[bool]:
        return [not question.answerable for question, _ in self.asked]

    def _is_wrong(self, asked: tuple[Question, Result]) -> bool:
        question, result = asked
        if not question.answerable:
            return True
        return bool(question.gold) and (result.place is None or result.place > self._top_k)


def percentile(ordered: Sequence[float], percent: float) -> float | None:
    """By nearest rank; None of nothing."""
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1] if ordered else None


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return fmean(found) if found else None

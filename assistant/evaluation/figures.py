"""The figures of an evaluation: their names, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """What a figure means, in a sentence, and which direction is better."""

    meaning: str
    better: Literal["higher", "lower", "neither"] = "higher"
    digits: int = 3


FIGURES: Mapping[str, Figure] = MappingProxyType(
    {
        "questions": Figure("questions that were asked", "neither", 0),
        "errors": Figure("questions that failed; they count in no other figure", "lower", 0),
        "recall@1": Figure("share of answerable questions whose first result is a gold passage"),
        "recall@3": Figure("the same among the first three results"),
        "recall@5": Figure("the same among the first five results"),
        "MRR": Figure("mean of 1 / the place of the first gold passage, within ten results"),
        "nDCG@10": Figure("gold passages among ten results, discounted by their place, as a share of the best order"),
        "coverage": Figure("share of all questions that are answered", "neither"),
        "refusal_precision": Figure("share of the questions not answered that have no answer in the documents"),
        "refusal_recall": Figure("share of the questions without an answer in the documents that are not answered"),
        "refusal_f1": Figure("harmonic mean of both"),
        "refusal_auc": Figure("area under the precision-recall curve of refusing, over all distances"),
        "aurc": Figure("area under the risk-coverage curve: mean share of wrong answers, the nearest first", "lower"),
        "similarity": Figure("mean cosine of the answer's and the reference answer's embeddings"),
        "similarity_median": Figure("median of the same"),
        "citation_support": Figure("share of cited sentences whose words stand in a passage that they cite"),
        "cited": Figure("share of answers that name a source"),
        "words": Figure("mean length of an answer, in words (a Chinese character counts as one)", "neither", 1),
        "latency_p50_s": Figure("median seconds for one question, others being answered at once", "lower"),
        "latency_p95_s": Figure("95th percentile of the same", "lower"),
        "prompt_tokens": Figure("mean tokens of a prompt", "neither", 1),
        "tokens": Figure("mean tokens that were generated for an answer", "neither", 1),
    }
)


def shown(name: str, value: float | None) -> str:
    """The value of a figure as people read it."""
    return "–" if value is None else f"{value:.{FIGURES[name].digits}f}"

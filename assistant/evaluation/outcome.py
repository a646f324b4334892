"""What an evaluation found: of each variant its figures and curves, and whether the requirements were met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from assistant.evaluation.curves import RefusalPoint, RiskPoint
from assistant.evaluation.questions import Question
from assistant.evaluation.requirements import Verdict
from assistant.evaluation.result import Result
from assistant.evaluation.summary import Figures, Summary
from assistant.evaluation.variants import Variant

_SECRET = ("TOKEN", "SECRET", "KEY")


@dataclass(frozen=True, slots=True)
class VariantOutcome:
    """Of one variant. `errors` counts those that failed by what was wrong. `overrides` hold no secrets."""

    name: str
    overrides: tuple[tuple[str, str], ...]
    results: tuple[Result, ...]
    figures: Figures
    refusal_points: tuple[RefusalPoint, ...]
    risk_points: tuple[RiskPoint, ...]
    errors: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, variant: Variant, questions: Sequence[Question], results: Sequence[Result]) -> VariantOutcome:
        summary = Summary(questions, {result.key: result for result in results}, variant.settings.top_k)
        retrieval = () if variant.has_retrieval else (("retrieval", "off"),)
        return cls(
            variant.name,
            (*((name, _shown(name, value)) for name, value in variant.overrides), *retrieval),
            tuple(results),
            summary.figures(),
            tuple(summary.refusal_points()),
            tuple(summary.risk_points()),
            dict(summary.errors),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of the whole. `all_questions`: how many the file holds, of which those asked may be a sample. `removal`: the
    command that removes what was taken in, "" where nothing was. `refused_documents`: that could not be taken in."""

    folder: str
    mode: str
    knowledge_sets: tuple[str, ...]
    removal: str
    refused_documents: int
    questions: int
    all_questions: int
    variants: tuple[VariantOutcome, ...]
    verdicts: tuple[Verdict, ...] = ()

    @property
    def is_good(self) -> bool:
        """No question failed, and every requirement is met."""
        return all(verdict.is_met for verdict in self.verdicts) and not any(each.errors for each in self.variants)

    def as_json(self) -> dict[str, Any]:
        """As summary.json holds it."""
        return {
            "folder": self.folder,
            "mode": self.mode,
            "knowledge_sets": list(self.knowledge_sets),
            "refused_documents": self.refused_documents,
            "questions": self.questions,
            "all_questions": self.all_questions,
            "variants": [
                {
                    "name": each.name,
                    "settings": dict(each.overrides),
                    "figures": each.figures,
                    "errors": dict(each.errors),
                }
                for each in self.variants
            ],
            "requirements": [
                {"requirement": str(each.requirement), "value": each.value, "is_met": each.is_met}
                for each in self.verdicts
            ],
        }


def _shown(name: str, value: str) -> str:
    """The value of a setting, without what may be a secret."""
    if any(part in name for part in _SECRET):
        return "…"
    parts = urlsplit(value) if name.endswith("_URL") else None
    return (
        value if parts is None else f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    )

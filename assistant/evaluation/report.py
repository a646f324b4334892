"""The report of an evaluation: one HTML file that needs no other."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from assistant.evaluation.figures import FIGURES, shown
from assistant.evaluation.outcome import Outcome, VariantOutcome
from assistant.evaluation.result import Result
from assistant.evaluation.tables import told_figures
from assistant.excerpt import excerpt

MAX_CASES = 100
"""Of each kind: results.jsonl has all."""
MAX_CHARS = 400
FEW_WORST = 20


@dataclass(frozen=True, slots=True)
class Cases:
    """Questions to look at, for one reason."""

    title: str
    count: int
    results: tuple[Result, ...]


def report(outcome: Outcome, images: Mapping[str, bytes]) -> str:
    """The page. Every text in it is escaped, and it may load and run nothing."""
    environment = Environment(
        loader=PackageLoader("assistant.evaluation", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["excerpt"] = lambda text: excerpt(text, MAX_CHARS)
    return environment.get_template("report.html.jinja").render(
        outcome=outcome,
        names=told_figures(outcome),
        figures=FIGURES,
        shown=shown,
        images={name: base64.b64encode(png).decode("ascii") for name, png in images.items()},
        cases=[(variant, cases_of(variant)) for variant in outcome.variants],
    )


def cases_of(variant: VariantOutcome) -> list[Cases]:
    """What went wrong, kind by kind; kinds without any case are left out."""
    failed = [result for result in variant.results if result.decision == "error"]
    answered = [result for result in variant.results if result.decision == "answer"]
    others = [result for result in variant.results if result.decision not in ("answer", "error")]
    compared = [result for result in answered if result.similarity is not None]
    worst = sorted(compared, key=lambda result: result.similarity or 0.0)[:FEW_WORST]
    kinds: Sequence[tuple[str, Sequence[Result]]] = (
        ("Failed", failed),
        ("Answered, and the documents hold no answer", [each for each in answered if not each.answerable]),
        ("Not answered, and the documents hold the answer", [each for each in others if each.answerable]),
        ("Answered without a gold passage among the results", [each for each in answered if _is_missed(each)]),
        ("Least like the reference answer", worst),
    )
    return [Cases(title, len(found), tuple(found[:MAX_CASES])) for title, found in kinds if found]


def _is_missed(result: Result) -> bool:
    return result.has_gold and bool(result.searched) and result.place is None


def _visible(value: object) -> object:
    """A text without what could turn the page's own around (bidirectional controls), or what no page may hold."""
    if not isinstance(value, str):
        return value
    return "".join(character if character.isprintable() or character in "\n\t" else " " for character in value)

"""The report and its plots, with texts that mean harm."""

from __future__ import annotations

import base64
import re
import struct
from html.parser import HTMLParser

import pytest

from assistant.config import Settings
from assistant.evaluation.outcome import Outcome, VariantOutcome
from assistant.evaluation.plots import plots
from assistant.evaluation.questions import Question
from assistant.evaluation.report import report
from assistant.evaluation.requirements import read_requirement, verdicts
from assistant.evaluation.variants import read_variants
from tests.unit.evaluation.made_results import question, result

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>'\"&amp; {{ 7*7 }} \u202etxt\x00 $\\frac{1}{0}$ \ud83d"
SETTINGS = Settings.model_validate({})


class Tags(HTMLParser):
    """What a browser would see of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.sources: list[str] = []
        self.handlers: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def outcome(name: str = "other", **changed: object) -> Outcome:
    """Two variants; one answerable question that was answered, one that was refused, one strange one answered."""
    asked = [question(1), question(2), question(3, answerable=False)]
    asked[1] = Question(2, HOSTILE, answerable=True, gold=asked[1].gold, answer=HOSTILE)
    results = [
        result(asked[0], "a.md", 0.2, answer=HOSTILE, similarity=0.7),
        result(asked[1], "b.md", 0.8, decision="refuse"),
        result(asked[2], "b.md", 0.5, decision="error", error=HOSTILE),
    ]
    variants = read_variants([f"{name}: ASSISTANT_TOP_K=3 OPENAI_API_KEY=hidden"], SETTINGS)
    found = tuple(VariantOutcome.of(variant, asked, results) for variant in variants)
    required = tuple(verdicts([read_requirement("recall@5>=0.9")], found[0].figures))
    values: dict[str, object] = {"folder": HOSTILE, "variants": found, "verdicts": required} | changed
    return Outcome(
        mode="answers",
        knowledge_sets=(HOSTILE,),
        removal="",
        refused_documents=1,
        questions=3,
        all_questions=10,
        **values,  # type: ignore[arg-type]
    )


def test_report_runs_and_loads_nothing_of_the_texts_in_it() -> None:
    """No tag but the report's own, no handler, and no address but data."""
    made = outcome()
    page = report(made, plots(made))
    tags = Tags(page)
    assert not tags.seen & {"script", "iframe", "object", "link", "form", "base"}
    assert tags.handlers == []
    assert len(tags.sources) == 3
    assert all(source.startswith("data:image/png;base64,") for source in tags.sources)
    assert "default-src 'none'" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7*7 }}" in page
    assert not re.search("[\u202e\x00\ud83d]", page)
    assert "hidden" not in page


def test_report_tells_the_figures_the_sample_and_the_requirements() -> None:
    """With what went wrong."""
    made = outcome()
    page = report(made, plots(made))
    for text in ("recall@5", "a random sample of 3 of 10", "not met:", "ASSISTANT_TOP_K=3", "Failed: 1"):
        assert text in page
    assert "Not answered, and the documents hold the answer: 1" in page


@pytest.mark.parametrize("is_empty", [False, True])
def test_plots_are_pictures(is_empty: bool) -> None:
    """Also where there is nothing to show; a dollar sign in a name begins no formula."""
    made = outcome(variants=(VariantOutcome.of(read_variants([], SETTINGS)[0], [], []),)) if is_empty else outcome()
    drawn = plots(made)
    assert set(drawn) == {"similarities", "precision-recall", "risk-coverage"}
    for png in drawn.values():
        assert png.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", png[16:24])
        assert min(width, height) > 300


def test_images_stand_in_the_page_itself() -> None:
    """Byte by byte."""
    made = outcome()
    page = report(made, {"risk-coverage": b"\x89PNG..."})
    assert base64.b64encode(b"\x89PNG...").decode() in page

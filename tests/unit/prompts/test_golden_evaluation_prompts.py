"""The prompts of all but answers as plain files: of evaluations, and of what comes before an answer. After a wanted
change rewrite them with UPDATE_GOLDEN=1; read the diff."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

import prompts
from prompts.model import PromptContext, Turn
from prompts.render import answer_templates, render, template_families
from tests.unit.prompts.cases import CASES, PERSONA, RETURNS

GOLDEN = Path(__file__).parents[2] / "golden" / "evaluation_prompts"
TEMPLATES = Path(prompts.__file__).parent / "templates"
PROMPTS: dict[str, tuple[str, PromptContext]] = {
    "closed_book_first_turn": ("closed_book", replace(CASES["first_turn"], passages=())),
    "closed_book_five_turns": ("closed_book", replace(CASES["five_turns"], passages=())),
    "closed_book_control_text": ("closed_book", replace(CASES["control_text"], passages=())),
    "question": ("question", PromptContext(PERSONA, Turn("customer", ""), passages=(RETURNS,))),
    "question_control_text": (
        "question",
        PromptContext(PERSONA, Turn("customer", ""), passages=CASES["control_text"].passages[:1]),
    ),
    "rewrite_five_turns": ("rewrite", replace(CASES["five_turns"], passages=())),
    "rewrite_several_people": ("rewrite", replace(CASES["several_people"], passages=())),
    "rewrite_chinese": ("rewrite", replace(CASES["chinese"], passages=())),
    "rewrite_control_text": ("rewrite", replace(CASES["control_text"], passages=())),
}


@pytest.mark.parametrize("family", template_families())
@pytest.mark.parametrize("case", sorted(PROMPTS))
def test_prompt_is_the_golden_file(family: str, case: str) -> None:
    """To the byte."""
    template, context = PROMPTS[case]
    actual, golden = render(family, context, template), GOLDEN / family / f"{case}.txt"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(actual.encode())
    assert golden.read_bytes() == actual.encode()


def test_golden_files_are_all_of_a_case() -> None:
    """Each family has a golden file for each case, and there are no others."""
    expected = {f"{family}/{case}.txt" for family in template_families() for case in PROMPTS}
    assert expected == {str(path.relative_to(GOLDEN)) for path in GOLDEN.glob("*/*")}


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.glob("*/[!_]*.jinja")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_every_template_has_golden_files(path: Path) -> None:
    """Here, one of them with hostile text, or with those of answers. What begins with "_" is no template by itself."""
    is_of_answers = path.stem in answer_templates()
    assert is_of_answers or {template for template, _ in PROMPTS.values()} >= {path.stem}
    assert is_of_answers or f"{path.stem}_control_text" in PROMPTS

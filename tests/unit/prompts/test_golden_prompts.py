"""Prompts compared byte for byte with the files in tests/golden/prompts.

After a wanted change of a template run `UPDATE_GOLDEN=1 pytest tests/unit/prompts/test_golden_prompts.py`, and read the
difference: it is the change that the models will see.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from tokenizers import Tokenizer  # type: ignore[import-untyped]

from prompts.budget import fit
from prompts.render import answer_templates, render, template_families
from tests.unit.prompts.cases import CASES, EXAMPLES

GOLDEN = Path(__file__).parents[2] / "golden" / "prompts"
WINDOW = 512
OTHER_TEMPLATES = sorted(set(answer_templates()) - {"answer"})


@pytest.fixture
def tokenizers(llama2_tokenizer: Tokenizer, smollm2_tokenizer: Tokenizer) -> dict[str, Tokenizer]:
    """The tokenizer of each family."""
    return {"llama2": llama2_tokenizer, "chatml": smollm2_tokenizer}


def _check(actual: str, golden: Path) -> None:
    if os.environ.get("UPDATE_GOLDEN") == "1":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(actual.encode())
    assert golden.read_bytes() == actual.encode()


@pytest.mark.parametrize("family", ["llama2", "chatml"])
@pytest.mark.parametrize("case", sorted(set(CASES) - {"overflowing_history"}))
def test_prompt_is_the_golden_file(family: str, case: str) -> None:
    """A rendered prompt is its golden file, to the byte."""
    _check(render(family, CASES[case]), GOLDEN / family / f"{case}.txt")


@pytest.mark.parametrize("family", ["llama2", "chatml"])
@pytest.mark.parametrize("template", OTHER_TEMPLATES)
@pytest.mark.parametrize("case", sorted(set(CASES) - {"overflowing_history"}))
def test_prompt_of_another_template_is_the_golden_file(family: str, template: str, case: str) -> None:
    """With examples, of which only those templates make something that have a place for them."""
    context = replace(CASES[case], examples=EXAMPLES)
    _check(render(family, context, template), GOLDEN / family / template / f"{case}.txt")


@pytest.mark.parametrize("family", ["llama2", "chatml"])
def test_examples_change_no_prompt_without_a_place_for_them(family: str) -> None:
    """Nor does a place for them where there are none, but for the wording around it."""
    context = CASES["first_turn"]
    assert render(family, context) == render(family, replace(context, examples=EXAMPLES))
    assert render(family, context) == render(family, context, "few_shot")


@pytest.mark.parametrize("family", ["llama2", "chatml"])
def test_overflowing_history_is_the_golden_file(family: str, tokenizers: dict[str, Tokenizer]) -> None:
    """A history that does not fit is cut to the newest turns, as in the golden file."""

    def count(text: str) -> int:
        return len(tokenizers[family].encode(text, add_special_tokens=False).ids)

    fitted = fit(CASES["overflowing_history"], family, count, WINDOW)
    _check(fitted.text, GOLDEN / family / "overflowing_history.txt")


def test_golden_files_are_all_of_a_case() -> None:
    """Each family has a golden file for each case, and there are no others."""
    of_answer = {f"{family}/{case}.txt" for family in template_families() for case in CASES}
    of_others = {
        f"{family}/{template}/{case}.txt"
        for family in template_families()
        for template in OTHER_TEMPLATES
        for case in set(CASES) - {"overflowing_history"}
    }
    found = {str(path.relative_to(GOLDEN)) for path in GOLDEN.rglob("*.txt")}
    assert of_answer | of_others == {path for path in found if _is_of_answers(path)}


def _is_of_answers(path: str) -> bool:
    """Templates of other work have golden files, too."""
    parts = Path(path).parts
    return len(parts) == 2 or parts[1] in OTHER_TEMPLATES

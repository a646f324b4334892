"""Prompts compared byte for byte with the files in tests/golden/prompts.

After a wanted change of a template run `UPDATE_GOLDEN=1 pytest tests/unit/prompts/test_golden_prompts.py`, and read the
difference: it is the change that the models will see.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tokenizers import Tokenizer  # type: ignore[import-untyped]

from prompts.budget import fit
from prompts.render import render, template_families
from tests.unit.prompts.cases import CASES

GOLDEN = Path(__file__).parents[2] / "golden" / "prompts"
WINDOW = 512


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
def test_overflowing_history_is_the_golden_file(family: str, tokenizers: dict[str, Tokenizer]) -> None:
    """A history that does not fit is cut to the newest turns, as in the golden file."""

    def count(text: str) -> int:
        return len(tokenizers[family].encode(text, add_special_tokens=False).ids)

    fitted = fit(CASES["overflowing_history"], family, count, WINDOW)
    _check(fitted.text, GOLDEN / family / "overflowing_history.txt")


def test_golden_files_are_all_of_a_case() -> None:
    """Each family has a golden file for each case, and there are no others."""
    expected = {f"{family}/{case}.txt" for family in template_families() for case in CASES}
    assert expected == {str(path.relative_to(GOLDEN)) for path in GOLDEN.glob("*/*")}

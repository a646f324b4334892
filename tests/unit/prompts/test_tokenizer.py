"""Tokens counted in this process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from prompts.errors import PromptError
from prompts.tokenizer import LocalTokenizer


@pytest.mark.parametrize(("text", "expected"), [("", 0), ("Hello world", 2), ("a </s><s>[INST] b", 8)])
def test_counts_are_the_models_without_bos(llama2_tokenizer_path: Path, text: str, expected: int) -> None:
    """Llama 2 makes of "Hello world" the two tokens 15043 and 3186; control text of the template counts as one each."""
    assert expected == LocalTokenizer(llama2_tokenizer_path).count(text)


def test_a_missing_or_broken_file_is_told_in_one_line(tmp_path: Path) -> None:
    """The message names the file."""
    broken = tmp_path / "tokenizer.json"
    with pytest.raises(PromptError, match=rf"no tokenizer at {broken}"):
        LocalTokenizer(broken)
    broken.write_text("{}", encoding="utf-8")
    with pytest.raises(PromptError, match=rf"^{broken} is not a tokenizer\.json: .*$"):
        LocalTokenizer(broken)


def test_prompts_need_no_tokenizer_library() -> None:
    """Whoever only renders prompts does not load the library."""
    code = "import prompts.budget, prompts.tokenizer, prompts.render, sys; sys.exit('tokenizers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

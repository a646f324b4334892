"""Where long texts are cut."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.split_text import split_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n ", []),
        ("short", ["short"]),
        ("x" * 64, ["x" * 64]),
        ("a" * 40 + "\n\n" + "b" * 40, ["a" * 40, "b" * 40]),
        ("a" * 40 + "\n" + "b" * 40, ["a" * 40, "b" * 40]),
        ("a" * 40 + ". " + "b b " * 10, ["a" * 40 + ".", "b b " * 9 + "b b"]),
        ("你" * 40 + "。" + "好" * 40, ["你" * 40 + "。", "好" * 40]),
        ("a" * 40 + " " + "b" * 40, ["a" * 40, "b" * 40]),
        ("a" * 100, ["a" * 60, "a" * 40]),
        ("a" * 59 + "e\u0301" + "b" * 20, ["a" * 59, "e\u0301" + "b" * 20]),
        ("a" * 58 + "👩\u200d👩\u200d👧" + "b" * 20, ["a" * 58, "👩\u200d👩\u200d👧" + "b" * 20]),
    ],
)
def test_cut_falls_where_a_reader_would_pause(text: str, expected: list[str]) -> None:
    """Paragraph before line before sentence before word; a joined character stays whole."""
    assert expected == split_text(text, 64)


def test_code_goes_on_in_a_block_of_its_language() -> None:
    """The block is closed and opened again; indentation is kept."""
    code = "\n".join(f"    step({number})" for number in range(8))
    parts = split_text(f"Do:\n```python\n{code}\n```\nDone.", 64)
    assert len(parts) > 2
    assert all(part.startswith("```python\n    step(") for part in parts[1:-1])
    assert all(part.endswith("\n```") for part in parts[:-1])
    assert [f"    step({n})" for n in range(8)] == re.findall(r"^    step\(\d\)$", "\n".join(parts), re.MULTILINE)


def test_block_opened_at_the_end_moves_to_the_next_part() -> None:
    """No empty code block is left behind."""
    parts = split_text("word " * 11 + "\n```\n" + "code\n" * 10 + "```", 64)
    assert parts[0] == ("word " * 11).strip()


def test_atoms_are_not_cut() -> None:
    """What the caller names stays in one part."""
    text = "word " * 10 + "<https://x.example/|a label of words> end"
    assert any("<https://x.example/|a label of words>" in p for p in split_text(text, 64, atoms=re.compile("<[^>]*>")))


def test_other_counts_are_respected() -> None:
    """A platform that counts bytes gets parts of so many bytes."""
    parts = split_text("é" * 100, 64, lambda text: len(text.encode()))
    assert max(len(part.encode()) for part in parts) <= 64
    assert "".join(parts) == "é" * 100


def test_limit_too_small_is_refused() -> None:
    """A limit below a fence and a word can't be kept."""
    with pytest.raises(ValueError, match="max_chars"):
        split_text("x", 10)


PIECES = ("```\n", "\n", "\n\n", " ", "word", ". ", "x" * 80, "e\u0301", "\u200d", "  ", "好。")
plain_fences = st.lists(st.sampled_from(PIECES), max_size=80).map("".join)
any_fences = st.lists(st.sampled_from((*PIECES, "```", "```py\n", "`")) | st.text(max_size=20), max_size=80).map(
    "".join
)


@given(any_fences, st.integers(64, 200))
def test_parts_keep_every_limit(text: str, max_chars: int) -> None:
    """No part is empty, too long or leaves a fence open."""
    for part in split_text(text, max_chars):
        assert part.strip()
        assert len(part) <= max_chars
        assert part.count("```") % 2 == 0


@given(plain_fences, st.integers(64, 200))
def test_all_but_space_and_fences_is_kept(text: str, max_chars: int) -> None:
    """Every character is there once, in order."""
    assert written(text) == written("".join(split_text(text, max_chars)))


def written(text: str) -> str:
    return re.sub(r"[\s`]", "", text)

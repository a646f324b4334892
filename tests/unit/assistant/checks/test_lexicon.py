"""What is common to the lexicons of all languages."""

from __future__ import annotations

import re

import pytest

from assistant.checks.lexicon import every, lowered


@pytest.mark.parametrize("letter", ["i", "s", "k", "ß", "ö", "é", "知"])
def test_lowered_text_is_matched_as_without_regard_to_case(letter: str) -> None:
    """By every Latin and Greek character, those that only Turkish or old prints have included."""
    pattern = re.compile(letter, re.IGNORECASE)
    characters = [chr(code) for code in (*range(0x600), *range(0x1E00, 0x2200), ord("知"))]
    alike = [character for character in characters if pattern.fullmatch(character)]
    assert alike == [character for character in characters if lowered(character) == letter]


def test_patterns_for_lowered_texts_have_no_capitals() -> None:
    """They would match nothing; but for what is escaped, like \\S."""
    assert [pattern for pattern in every("unknown") if re.search(r"(?<!\\)[A-Z]", pattern)] == []

"""Files with rules for pages' furniture."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import FurnitureRulesUnreadable
from ingest.loaders.furniture_rules import read_furniture_rules
from ingest.loaders.options import FurnitureRules


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", FurnitureRules()),
        (
            'selectors = ["div.promo", "#x > p:first-child"]\nlines = ["^[0-9]+ views$"]',
            FurnitureRules(("div.promo", "#x > p:first-child"), ("^[0-9]+ views$",)),
        ),
    ],
)
def test_rules_are_read(tmp_path: Path, text: str, expected: FurnitureRules) -> None:
    """As they stand."""
    path = tmp_path / "rules.toml"
    path.write_text(text)
    assert read_furniture_rules(path) == expected


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("selectors = [", "is no valid TOML"),
        ("selector = ['p']", "'selector' is no rule: write 'selectors' or 'lines'"),
        ("selectors = 'p'", "selectors must be a list of strings"),
        ("lines = [1]", "lines must be a list of strings"),
        ("lines = ['']", "lines must be a list of strings"),
        ("selectors = ['p', 'div[']", "'div[' is no CSS selector"),
        ("lines = ['a(']", "'a(' is no regular expression"),
        ("x = " + "[" * 100_000, "is no valid TOML"),
        ("# " + "x" * 1_000_000, "has more than 1 MB"),
    ],
)
def test_a_wrong_rule_is_named(tmp_path: Path, text: str, advice: str) -> None:
    """On one line, with the file."""
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(FurnitureRulesUnreadable) as refused:
        read_furniture_rules(path)
    assert str(refused.value).startswith(str(path))
    assert advice in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """With what to check."""
    with pytest.raises(FurnitureRulesUnreadable, match=r"none\.toml can't be read \(No such file or directory\)"):
        read_furniture_rules(tmp_path / "none.toml")

"""What docs/slack.md says of numbers and names is what the code has."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
import yaml

from adapters.slack.adapter import PING_INTERVAL_S
from adapters.slack.body import MAX_DEPTH
from adapters.slack.commands import COMMANDS
from adapters.slack.hooks import STORE_TIMEOUT_S
from adapters.slack.webhook import MAX_AGE_S

DOCS = (Path(__file__).resolve().parents[3] / "docs" / "slack.md").read_text()
WORDS = " ".join(DOCS.split())
MANIFEST = yaml.safe_load(resources.files("adapters.slack").joinpath("manifest.yaml").read_text())


@pytest.mark.parametrize(
    "words",
    [
        f"tries every {PING_INTERVAL_S:g} seconds",
        f"given up within {4 * PING_INTERVAL_S:g} seconds",
        f"nest deeper than {MAX_DEPTH} levels",
        f"takes longer than {STORE_TIMEOUT_S:g} seconds",
        {300: "at most five minutes off"}[MAX_AGE_S],
        *(f"`{scope}`" for scope in MANIFEST["oauth_config"]["scopes"]["bot"]),
        *(f"`{command}" for command in COMMANDS),
    ],
)
def test_page_says_what_the_code_has(words: str) -> None:
    """A number that is changed in one place alone misleads the operator."""
    assert words in WORDS

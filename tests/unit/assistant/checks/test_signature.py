"""The signature stands once, and last."""

from __future__ import annotations

import pytest

from assistant.checks.signature import signed, unsigned

SIGNATURE = "Your Example team"


@pytest.mark.parametrize(
    "text",
    [
        "Thirty days.",
        "Thirty days.\n\nYour Example team",
        "Thirty days. Your Example Team.",
        "Your Example team\nThirty days.\n— Your  Example\nteam!",
    ],
)
def test_text_is_signed_once(text: str) -> None:
    """Wherever and however often the model wrote it."""
    assert signed(unsigned(text, SIGNATURE), SIGNATURE) == f"Thirty days.\n\n{SIGNATURE}"


def test_no_signature_changes_nothing() -> None:
    """Nor is nothing signed."""
    assert signed(unsigned("Thirty days.", ""), "") == "Thirty days."
    assert signed("", SIGNATURE) == ""

"""A model that says that it doesn't know."""

from __future__ import annotations

import pytest

from assistant.checks.admission import is_admission


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("I do not know.", True),
        ("I'm sorry, but I don't have that information.", True),
        ("The passages do not mention the price.", True),
        ("Would you like me to ask a human colleague?", True),
        ("Das weiß ich leider nicht.", True),
        ("Je ne sais pas.", True),
        ("No lo sé.", True),
        ("我不知道。", True),
        ("Goods do not have to be unused.", False),
        ("You can ask for a receipt.", False),
        ("I know it.", False),
        ("Das ist nicht möglich.", False),
    ],
)
def test_admission_is_known(sentence: str, expected: bool) -> None:
    """In five languages, and not every "not" is one."""
    assert expected == is_admission(sentence)

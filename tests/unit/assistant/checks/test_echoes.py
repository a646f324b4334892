"""The prompt's instructions are not for customers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.checks.echoes import instructions, is_echo, spaced
from prompts.persona import load_persona

PERSONA = replace(load_persona("default"), voice="You love penguins more than any other bird.", signature="Cheers")


@pytest.mark.parametrize("family", ["llama2", "chatml"])
@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("You love penguins more than any other bird.", True),
        ("- you love PENGUINS, more than any other bird!", True),
        ("As told, you love penguins more than any other bird, so I do.", True),
        ("Penguins are birds.", False),
        ("You can love penguins.", False),
        ("Cheers", False),
        ("", False),
    ],
)
def test_repeated_instruction_is_known(family: str, sentence: str, expected: bool) -> None:
    """Word for word, within a sentence too; a few common words are none."""
    told = instructions(family, PERSONA)
    assert expected == is_echo(sentence, told, lambda: "")


def test_what_stands_in_the_passages_is_no_echo() -> None:
    """A document may use the prompt's words."""
    told = instructions("llama2", PERSONA)
    sentence = "You love penguins more than any other bird."
    assert not is_echo(sentence, told, lambda: spaced(f"Our zoo says: {sentence} Come in!"))

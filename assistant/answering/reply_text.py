"""The text of a generation before it is checked, and its end."""

from __future__ import annotations

from assistant.answering.citations import without_false_marks
from assistant.checks.sentences import whole_sentences
from assistant.database import storable
from assistant.llm.base import Generation

_FENCE = "```"


def tidy(text: str, passages: int) -> str:
    """The text as it can be stored, without marks that point to none of the `passages`."""
    return without_false_marks(storable(text), passages).strip()


def ended_text(generation: Generation, passages: int) -> str:
    """The tidy text of a generation: ending at a sentence where it was cut at the token limit; "" without any words."""
    text = tidy(generation.text, passages)
    return whole_sentences(text) if generation.finish_reason == "length" else text


def closed(text: str) -> str:
    """The text with its code fences closed."""
    return f"{text}\n{_FENCE}" if text.count(_FENCE) % 2 else text

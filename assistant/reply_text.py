"""What the customer reads of a generation."""

from __future__ import annotations

import re

from assistant.citations import without_false_marks
from assistant.database import storable
from assistant.errors import GenerationIncomplete
from assistant.llm.base import Generation

_SENTENCE_END = re.compile(r"[.!?](?:[\"')\]]|\[\d+\])*(?=\s|$)|[。！？]")


def reply_text(generation: Generation, passages: int) -> str:
    """The generated text without marks that point to none of the `passages`, ending at a sentence where it was cut at
    the token limit, its code fences closed. Raises GenerationIncomplete when no words are left."""
    text = without_false_marks(storable(generation.text), passages).strip()
    if generation.finish_reason == "length":
        text = _whole_sentences(text)
    if not text:
        raise GenerationIncomplete("the model returned no text: look at its log, or try another model")
    return f"{text}\n```" if text.count("```") % 2 else text


def presentable(text: str, passages: int) -> str:
    """The beginning of a text that is still being generated, as reply_text will give it; "" while there is nothing."""
    return without_false_marks(storable(text), passages).strip()


def _whole_sentences(text: str) -> str:
    """The text up to its last sentence's end, if it has one: what was cut at the token limit stops in mid-word."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return text[: ends[-1]] if ends else f"{text} …" if text else ""

"""Whether the passages that a sentence cites bear it out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering.citations import cited_numbers
from assistant.checks.sentences import MARK, sentences
from assistant.checks.support import Evidence, support

MIN_SHARE = 0.6
"""Of a sentence's words, that the cited passages must hold together: a sentence put in other words has fewer of them,
an invented one hardly any."""
_MARKS = re.compile(rf"\s*{MARK}")


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence without its marks, and whether the passages that it cites support it."""

    text: str
    is_supported: bool


def cited_sentences(answer: str, passages: Sequence[str], question: str = "") -> list[CitedSentence]:
    """The sentences of an answer that cite passages, numbered from 1. Numbers, names and addresses must stand in the
    cited passages or in the question."""
    found = []
    for sentence in sentences(answer):
        numbers = cited_numbers(sentence.text, len(passages))
        text = _MARKS.sub("", sentence.text).strip()
        if numbers and text:
            evidence = Evidence.of([passages[number - 1] for number in numbers], [question])
            held = support(replace(sentence, text=text), evidence)
            found.append(CitedSentence(text, held.share >= MIN_SHARE and not held.unsaid))
    return found

"""Asks which of several things a short question means, and understands the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.checks.words import content_words, is_unspaced, tokens
from assistant.conversations.model import PastTurn
from assistant.embedding.distances import NearDistances
from assistant.excerpt import excerpt
from assistant.gate import GateResult
from assistant.phrases import Phrases
from assistant.vector_store.base import RetrievedChunk

MAX_CHOICES = 3
MAX_WORDS = 3
"""A longer question says what it means."""
MAX_CHARACTERS = 6
"""The same in scripts without spaces."""
ABOUT_EQUAL = 0.12
"""Of the embedding model's spread: passages that lie no farther apart from the question are about equally near."""
MAX_CHARS = 90

_LISTED = re.compile(r"^(\d)\. (.+)$", re.MULTILINE)
_NUMBER = re.compile(r"\W*(\d)\W*")


def choices(question: str, gate: GateResult, near: NearDistances) -> tuple[str, ...]:
    """What the question may mean, the nearest first; none where it is clear, and where all of it would be a guess.

    Only a short question that nothing was said before, in the grey band: too far for an answer without being asked, and
    near enough for one to who asks.
    """
    if gate.stays or gate.distance is None or not near.overheard < gate.distance <= near.asked:
        return ()
    if not _is_short(question):
        return ()
    farthest = gate.distance + ABOUT_EQUAL * near.spread
    kept: dict[str, str] = {}
    for chunk in gate.chunks:
        label, answer = name(chunk), _answer(chunk)
        if chunk.distance <= farthest and label and label not in kept and answer not in kept.values():
            kept[label] = answer
    is_clear = any(tokens(label) == tokens(question) for label in kept)
    return tuple(kept)[:MAX_CHOICES] if len(kept) > 1 and not is_clear else ()


def asked_back(phrases: Phrases, names: Sequence[str]) -> str:
    """The question which of them is meant."""
    listed = "\n".join(f"{number}. {each}" for number, each in enumerate(names, start=1))
    return f"{phrases.which}\n\n{listed}\n\n{phrases.which_how}"


def chosen(text: str, history: Sequence[PastTurn]) -> str | None:
    """What was chosen, where the last turn asked back and the text is the number of a choice or names it."""
    last = next((turn for turn in reversed(history) if turn.role == "customer"), None)
    if last is None or last.decision != "asked_back":
        return None
    listed = dict(_LISTED.findall(last.reply))
    if number := _NUMBER.fullmatch(text):
        return listed.get(number[1])
    wanted = tokens(text)
    return next((each for each in listed.values() if tokens(each) == wanted), None)


def was_asked_back(history: Sequence[PastTurn]) -> bool:
    """Whether the last turn asked back: never twice in a row."""
    return bool(history) and history[-1].decision == "asked_back"


def name(chunk: RetrievedChunk) -> str:
    """What people call the passage: its question, its heading or its document's title."""
    first_line = chunk.text.partition("\n")[0].strip()
    is_question = first_line.endswith(("?", "？")) and len(first_line) <= MAX_CHARS
    return excerpt(first_line if is_question else chunk.subheading or chunk.title, MAX_CHARS)


def _answer(chunk: RetrievedChunk) -> str:
    """What tells two choices apart: of pairs the answer."""
    return chunk.text.partition("\n")[2].strip() or chunk.text


def _is_short(question: str) -> bool:
    if is_unspaced(question):
        return len(tokens(question)) <= MAX_CHARACTERS
    return len(tokens(question)) <= MAX_WORDS and len(content_words(question)) <= 2

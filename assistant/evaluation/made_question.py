"""Reads the question that the model wrote for a sentence of a passage, and tells whether it is of use."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.checks.sentences import Sentence
from assistant.checks.support import Evidence, support
from assistant.checks.words import tokens
from assistant.rewriting.standing_alone import stands_alone

LABEL = "Question:"
"""The template question.jinja ends with it, so that what the model writes goes on behind it."""
MIN_WORDS, MAX_WORDS = 4, 40
"""Of scripts without spaces: characters."""
MIN_SHARE = 0.6
"""Share of a question's words that its answer, or what that stands under, must hold: a small model strays."""

_MARK = re.compile(r"\s*[\[(]\d+[\])]")
_SPACE = re.compile(r"\s+")
# A question about "the text" asks about nothing that a customer has seen.
_ABOUT_TEXT = re.compile(
    r"\b(?:the|this|that|given|above) (?:\w+ )?(?:text|passage|paragraph|document|article|section|excerpt|sentence"
    r"|answer)\b",
    re.I,
)
_ENDS = ("?", "？")


class Unusable(ValueError):
    """What the model wrote is of no use; the message is one of a few, for counting."""


def read_question(written: str, answer: str, stands_under: Sequence[str]) -> str:
    """The question in the first line of what was written behind LABEL, for the `answer`, a sentence of a passage with
    these titles and headings, of a pair with its question. Raises Unusable."""
    question = _line(written)
    if not question.endswith(_ENDS) or any(end in question[:-1] for end in _ENDS):
        raise Unusable("no question")
    if not MIN_WORDS <= len(tokens(question)) <= MAX_WORDS:
        raise Unusable("too short or too long")
    if _ABOUT_TEXT.search(question):
        raise Unusable("asks about the text itself")
    if not stands_alone(question):
        raise Unusable("not to be understood by itself")
    if _is_copied(question, (answer, *stands_under)):
        raise Unusable("copied")
    held = support(Sentence(question, 0), Evidence.of([answer, *stands_under], []))
    if held.share < MIN_SHARE or held.unsaid:
        raise Unusable("about something else")
    return question


def _line(written: str) -> str:
    """The first line, without marks of passages, quotation marks around it, and a second label."""
    first = written.strip().partition("\n")[0].removeprefix(LABEL)
    return _SPACE.sub(" ", _MARK.sub("", first)).strip().strip('"“”').strip()


def _is_copied(question: str, texts: Sequence[str]) -> bool:
    """Whether one of the texts holds the question, word for word but for its first: nobody asks so."""
    asked = tokens(question)
    return any(_runs(asked[1:]) in _runs(tokens(text)) for text in texts)


def _runs(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "

"""Reads a question with its answer out of what the model wrote about a passage."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.checks.sentences import Sentence
from assistant.checks.support import Evidence, support

LABEL = "Question:"
"""The template question.jinja ends with it, so that what the model writes goes on behind it."""
MIN_WORDS, MAX_WORDS = 4, 40
MAX_ANSWER_CHARS = 600
MIN_SHARE = 0.6
"""Share of an answer's words that the passage must hold: the model shall not invent what is to be measured by."""

_FORM = re.compile(rf"\s*(?:{LABEL}\s*)*(?P<question>[^\n]+?)\s*\n+\s*Answer:\s*(?P<answer>.+)", re.DOTALL)
_NEXT = re.compile(r"\n\s*(?:\n|Question\b|Answer:)")
_MARK = re.compile(r"\s*[\[(]\d+[\])]")
_SPACE = re.compile(r"\s+")
# A question about "the text" asks about nothing that a customer has seen.
_ABOUT_TEXT = re.compile(
    r"\b(?:the|this|that|given|above) (?:\w+ )?(?:text|passage|paragraph|document|article|section|excerpt)\b", re.I
)
# Scripts without blanks: there a character counts as a word.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question, and the answer that the passage gives."""

    question: str
    answer: str


class Unusable(ValueError):
    """What the model wrote is no question with an answer; the message is one of a few, for counting."""


def read_answered_question(written: str, passage: str) -> AnsweredQuestion:
    """The question and the answer in what was written behind LABEL. Raises Unusable."""
    form = _FORM.fullmatch(written.strip())
    if form is None:
        raise Unusable("not of the form asked for")
    question = _line(form["question"])
    answer = _line(_NEXT.split(form["answer"], maxsplit=1)[0])[:MAX_ANSWER_CHARS]
    if not question.endswith(("?", "？")):
        raise Unusable("no question")
    if not MIN_WORDS <= _word_count(question) <= MAX_WORDS:
        raise Unusable("question too short or too long")
    if _ABOUT_TEXT.search(question):
        raise Unusable("asks about the text itself")
    if not answer or answer.endswith(("?", "？")):
        raise Unusable("no answer")
    held = support(Sentence(answer, 0), Evidence.of([passage], [question]))
    if held.share < MIN_SHARE or held.unsaid:
        raise Unusable("answer not in the passage")
    return AnsweredQuestion(question, answer)


def _line(text: str) -> str:
    """On one line, without marks of passages."""
    return _SPACE.sub(" ", _MARK.sub("", text)).strip().strip('"')


def _word_count(text: str) -> int:
    return len(text.split()) + len(_UNSPACED.findall(text))

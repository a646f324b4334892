"""The port to what rewrites questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from prompts.model import Turn


class Rewriter(Protocol):
    """Gives a question as it is to be searched, after `history` (oldest first). Safe to share between threads.

    A question that stands alone, or comes first, is given back as it is; so is one that can't be rewritten, for
    whatever reason: it raises nothing. It never takes longer than its own deadline.
    """

    def rewritten(self, question: str, history: Sequence[Turn]) -> str: ...


class AsAsked:
    """A Rewriter that leaves every question as it is: what was said before still is searched together with it."""

    def rewritten(self, question: str, history: Sequence[Turn]) -> str:
        return question

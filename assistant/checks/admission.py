"""A model that says that it does not know: that needs no passage, and is no answer."""

from __future__ import annotations

import re
from functools import cache

from assistant.checks.lexicon import any_of, every, lowered


def is_admission(sentence: str) -> bool:
    """Whether the sentence says that the answer is not known, or offers to ask somebody who does."""
    return _unknown().search(lowered(sentence)) is not None


@cache
def _unknown() -> re.Pattern[str]:
    return re.compile(any_of(every("unknown")))

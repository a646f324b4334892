"""The persona's signature: once, and last."""

from __future__ import annotations

import re
from functools import lru_cache


def unsigned(text: str, signature: str) -> str:
    """The text without the signature, however often the model wrote it."""
    return _written(signature).sub("", text).strip() if signature.strip() else text


def signed(text: str, signature: str) -> str:
    """The text, closed with the signature."""
    closing = signature.strip()
    return f"{text}\n\n{closing}" if closing and text else text


@lru_cache(maxsize=64)
def _written(signature: str) -> re.Pattern[str]:
    words = r"\s+".join(map(re.escape, signature.strip().rstrip(".!").split()))
    return re.compile(rf"\s*[*_–—-]*[ \t]*{words}[.!]*[*_]*", re.IGNORECASE)

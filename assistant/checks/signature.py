"""The persona's signature: once, and last."""

from __future__ import annotations

import re
from functools import lru_cache


def unsigned(text: str, signature: str) -> str:
    """The text without the signature, however often the model wrote it."""
    if not signature.strip():
        return text
    is_signed = _words(signature).search(text) is not None
    return (_written(signature).sub("", text) if is_signed else text).strip()


def signed(text: str, signature: str) -> str:
    """The text, closed with the signature."""
    closing = signature.strip()
    return f"{text}\n\n{closing}" if closing and text else text


@lru_cache(maxsize=64)
def _written(signature: str) -> re.Pattern[str]:
    return re.compile(rf"\s*[*_–—-]*[ \t]*{_words(signature).pattern}[.!]*[*_]*", re.IGNORECASE)


@lru_cache(maxsize=64)
def _words(signature: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, signature.strip().rstrip(".!").split())), re.IGNORECASE)

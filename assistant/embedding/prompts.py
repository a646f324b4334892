"""What some models want to read before a query or a passage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelPrompts:
    """Put before each text; "" where the model wants nothing."""

    query: str
    passage: str


# For models published without `prompts` in their config_sentence_transformers.json; from their model cards on
# huggingface.co (intfloat/e5-base-v2, BAAI/bge-base-en-v1.5), read 2025-11.
_KNOWN = (
    (re.compile(r"e5-(small|base|large)(-v2)?$"), ModelPrompts("query: ", "passage: ")),
    (
        re.compile(r"bge-(small|base|large)-en(-v1\.5)?$"),
        ModelPrompts("Represent this sentence for searching relevant passages: ", ""),
    ),
)


def model_prompts(model_name: str, configured: Mapping[str, str]) -> ModelPrompts:
    """The model's own configured prompts where it has any, else what its family is known to want."""
    query = configured.get("query", "")
    passage = next((configured[key] for key in ("document", "passage", "corpus") if configured.get(key)), "")
    if query or passage:
        return ModelPrompts(query, passage)
    family = model_name.rstrip("/").lower()
    return next((prompts for pattern, prompts in _KNOWN if pattern.search(family)), ModelPrompts("", ""))

"""Models that want a prefix get theirs."""

from __future__ import annotations

import pytest

from assistant.embedding.prompts import ModelPrompts, model_prompts

E5 = ModelPrompts("query: ", "passage: ")
NONE = ModelPrompts("", "")


@pytest.mark.parametrize(
    ("name", "configured", "expected"),
    [
        ("all-MiniLM-L6-v2", {"query": "", "document": ""}, NONE),
        ("intfloat/e5-small-v2", {"query": "", "document": ""}, E5),
        ("intfloat/multilingual-e5-small", {}, E5),
        ("/models/multilingual-e5-base/", {}, E5),
        ("BAAI/bge-small-en-v1.5", {}, ModelPrompts("Represent this sentence for searching relevant passages: ", "")),
        ("any", {"query": "q: ", "passage": "p: "}, ModelPrompts("q: ", "p: ")),
        ("any", {"query": "q: ", "document": "d: ", "passage": "p: "}, ModelPrompts("q: ", "d: ")),
        ("intfloat/e5-small-v2", {"query": "own: "}, ModelPrompts("own: ", "")),
        ("somebody/like-e5-large-instruct", {}, NONE),
    ],
)
def test_prompts_of(name: str, configured: dict[str, str], expected: ModelPrompts) -> None:
    """The model's own configuration wins; then its family's known prompts; then none."""
    assert model_prompts(name, configured) == expected

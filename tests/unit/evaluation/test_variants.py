"""The configurations that are compared."""

from __future__ import annotations

import pytest

from assistant.config import Settings
from assistant.errors import EvaluationError
from assistant.evaluation.variants import AS_SET, read_variants

SETTINGS = Settings.model_validate({"TGI_URL": "http://127.0.0.1:8080", "ASSISTANT_TOP_K": "7"})


def test_variants_change_what_is_set() -> None:
    """The first is what is set; another server takes the place of the one that is set."""
    as_set, strict, other = read_variants(
        ["strict: ASSISTANT_MAX_DISTANCE=0.5 ASSISTANT_TOP_K=3", "other: OPENAI_BASE_URL=http://127.0.0.1:1/v1"],
        SETTINGS,
    )
    assert (as_set.name, as_set.settings) == (AS_SET, SETTINGS)
    assert (strict.settings.max_distance, strict.settings.top_k, strict.settings.tgi_url) == (0.5, 3, SETTINGS.tgi_url)
    assert (other.settings.tgi_url, other.settings.openai_base_url) == ("", "http://127.0.0.1:1/v1")
    assert other.settings.top_k == 7
    assert [each.file_part for each in (as_set, strict, other)] == ["", "strict", "other"]


def test_variant_may_answer_without_retrieval() -> None:
    """That is no setting of the product."""
    _, closed = read_variants(["closed book: retrieval=off"], SETTINGS)
    assert (closed.has_retrieval, closed.settings, closed.file_part) == (False, SETTINGS, "closed-book")


def test_variant_with_other_chunks_has_a_knowledge_set_of_its_own() -> None:
    """One with other limits has not."""
    _, small, strict = read_variants(["small: ASSISTANT_CHUNK_TOKENS=64", "strict: ASSISTANT_TOP_K=1"], SETTINGS)
    assert small.intake_environment == {"ASSISTANT_CHUNK_TOKENS": "64"}
    assert (bool(small.intake_variation), strict.intake_variation) == (True, "")


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["ASSISTANT_TOP_K=3"], "no name"),
        ([": ASSISTANT_TOP_K=3"], "no name"),
        (["../x: ASSISTANT_TOP_K=3"], "no name"),
        (["a: ASSISTANT_TOP_K"], "KEY=VALUE"),
        (["a: TOP_K=3"], "TOP_K is no setting"),
        (["a: DATABASE_URL=postgresql://x"], "DATABASE_URL is no setting that can vary"),
        (["a: ASSISTANT_TOP_K=many"], "ASSISTANT_TOP_K"),
        (["a: retrieval=perhaps"], "on or off"),
        (["a: 'x"], "can't be read"),
        (["a: ASSISTANT_TOP_K=3", "a: ASSISTANT_TOP_K=4"], "already"),
        (["a b: ASSISTANT_TOP_K=3", "a-b: ASSISTANT_TOP_K=4"], "already"),
        (["as set: ASSISTANT_TOP_K=3"], "already"),
    ],
)
def test_wrong_variant_is_named(texts: list[str], told: str) -> None:
    """Before any work."""
    with pytest.raises(EvaluationError) as raised:
        read_variants(texts, SETTINGS)
    assert told in str(raised.value)

"""Sentences and the passages that they cite."""

from __future__ import annotations

import pytest

from assistant.evaluation.citation_support import cited_sentences

PASSAGES = ["You can return any bicycle within 30 days.", "Shipping is free above 50 euros."]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("You can return a bicycle within 30 days [1].", [True]),
        ("Bicycles can be returned within 30 days [1]. Shipping is free above 50 euros [2].", [True, True]),
        ("Shipping is free above 50 euros [1].", [False]),
        ("Bicycles are returned, shipping is free [1, 2].", [True]),
        ("Shipping is free above 60 euros [2].", [False]),
        ("Install Adobe Creative Cloud [1].", [False]),
        ("Nothing is cited here.", []),
        ("There is no such passage [7].", []),
    ],
)
def test_sentence_is_supported_by_what_it_cites(answer: str, expected: list[bool]) -> None:
    """Sentences without citations don't count."""
    assert expected == [sentence.is_supported for sentence in cited_sentences(answer, PASSAGES)]

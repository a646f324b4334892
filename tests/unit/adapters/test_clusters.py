"""What people see as one character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.clusters import pieces, whole_cluster

CLUSTERS = (
    "e\u0301\u0323",
    "👩\u200d👩\u200d👧",
    "👍🏽",
    "🇩🇪",
    "1\ufe0f\u20e3",
    "\U0001f3f4\U000e0067\U000e0062\U000e007f",
    "\u1112\u1161\u11ab",
    "नि",
    "a",
)


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_no_place_within_a_character_is_a_cut(cluster: str) -> None:
    """Neither in the middle of a text nor in a row of the same."""
    text = cluster * 30
    ends = {whole_cluster(text, position) for position in range(len(text) + 1)}
    assert ends == set(range(0, len(text) + 1, len(cluster)))


def test_character_without_end_is_cut_somewhere() -> None:
    """A thousand accents on one letter can't keep a text from being cut."""
    assert whole_cluster("a" + "\u0301" * 1000, 500) == 500


@given(st.lists(st.sampled_from((*CLUSTERS, " ", "word "))).map("".join), st.integers(8, 40))
def test_pieces_are_the_text(text: str, max_chars: int) -> None:
    """None is longer than wanted, and nothing is lost."""
    found = list(pieces(text, max_chars))
    assert text == "".join(found)
    assert all(len(piece) <= max_chars for piece in found)

"""Citations: marks that point to a passage are kept and become sources, all others vanish."""

from __future__ import annotations

import pytest

from adapters.base import Source
from assistant.answering.citations import MOST_SOURCES, cited_numbers, sources, without_false_marks
from tests.fakes.retrieved_chunks import chunk


@pytest.mark.parametrize(
    ("text", "passages", "numbers", "cleaned"),
    [
        ("", 3, [], ""),
        ("No marks.", 3, [], "No marks."),
        ("Within 30 days [1].", 1, [1], "Within 30 days [1]."),
        ("A [2] and B [1], again [2].", 2, [2, 1], "A [2] and B [1], again [2]."),
        ("A [1][3].", 3, [1, 3], "A [1][3]."),
        ("A [4].", 3, [], "A."),
        ("A [0].", 3, [], "A."),
        ("A [1] [7] B.", 1, [1], "A [1] B."),
        ("A [007].", 9, [7], "A [007]."),
        ("A [1].", 0, [], "A."),
        ("In [2024] and [1234] we moved.", 3, [], "In [2024] and [1234] we moved."),
        ("A [x] [-1] [1.5] [ ].", 3, [], "A [x] [-1] [1.5] [ ]."),
        ("Line\n[9]\nend", 3, [], "Line\n\nend"),
    ],
)
def test_only_marks_of_real_passages_survive(text: str, passages: int, numbers: list[int], cleaned: str) -> None:
    """In the order of first appearance, each once; what only looks like a mark is left as it is."""
    assert cited_numbers(text, passages) == numbers
    assert without_false_marks(text, passages) == cleaned


def test_cited_passages_are_the_sources() -> None:
    """Numbered as in the text, in the order of the text."""
    chunks = [chunk(1, 0.1), chunk(2, 0.2), chunk(3, 0.3)]
    assert [source.number for source in sources("B [3], A [1].", chunks)] == [3, 1]


@pytest.mark.parametrize(
    ("distances", "expected"),
    [
        ([0.3], [1]),
        ([0.3, 0.34, 0.36], [1, 2]),
        ([0.3, 0.3, 0.3, 0.3], [1, 2, 3]),
        ([0.3, 0.6], [1]),
    ],
)
def test_uncited_text_names_the_nearest(distances: list[float], expected: list[int]) -> None:
    """A reader always learns where to look, but never of more than a few places."""
    chunks = [chunk(number, distance) for number, distance in enumerate(distances, start=1)]
    assert [source.number for source in sources("No marks.", chunks)] == expected
    assert len(expected) <= MOST_SOURCES


def test_text_that_cites_only_false_numbers_names_the_nearest() -> None:
    """An invented number is no citation."""
    assert [source.number for source in sources("A [9].", [chunk(1, 0.2), chunk(2, 0.6)])] == [1]


@pytest.mark.parametrize(
    ("uri", "anchor", "url", "document"),
    [
        (
            "https://shop.example/faq/returns.html",
            "opened",
            "https://shop.example/faq/returns.html#opened",
            "returns.html",
        ),
        ("http://shop.example/faq", "", "http://shop.example/faq", "faq"),
        ("file:///srv/faq/My%20returns.md", "opened", "", "My returns.md"),
        ("faq/returns.md", "", "", "returns.md"),
        ("returns.csv", "", "", "returns.csv"),
        ("javascript:alert(1)", "", "", "alert(1)"),
    ],
)
def test_source_links_only_to_what_is_public(uri: str, anchor: str, url: str, document: str) -> None:
    """A path on the server is of no use to a customer, and no other scheme becomes a link."""
    [source] = sources("[1]", [chunk(1, 0.2, uri, title="Returns", heading="Opened goods", anchor=anchor)])
    assert source == Source(1, "Returns", "Opened goods", url, document, "text of 1")

"""Found chunks become passages: neighbours joined, near-duplicates dropped."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.vector_store.found import FoundChunk
from assistant.vector_store.joined import joined

WORDS = "one two three four five six seven eight nine ten eleven twelve"


def found(position: int, text: str = "", *, document: int = 1, tokens: int = 200, heading: str = "A") -> FoundChunk:
    """A chunk whose id is its document's number and its position."""
    number = document * 100 + position
    text = text or f"chunk {number} about {number} things of {number}"
    return FoundChunk(
        number, document, f"{document}.md", "T", (heading,), heading, text, position, tokens, False, 0.5, 0.5
    )


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([found(1), found(2)], [(101, 102)], id="neighbours"),
        pytest.param([found(2), found(1)], [(101, 102)], id="in the document's order"),
        pytest.param([found(1), found(3)], [(101,), (103,)], id="one between"),
        pytest.param([found(1), found(3, tokens=100), found(2)], [(101, 102, 103)], id="the middle one comes last"),
        pytest.param([found(1), found(2, document=2)], [(101,), (202,)], id="another document"),
        pytest.param([found(1), found(2, heading="B")], [(101,), (102,)], id="another section"),
        pytest.param([found(1, tokens=300), found(2, tokens=300)], [(101,), (102,)], id="too long together"),
        pytest.param([found(1), found(2), found(3)], [(101, 102), (103,)], id="as many as fit"),
        pytest.param([replace(found(1), is_pair=True), found(2)], [(101,), (102,)], id="pairs stay alone"),
        pytest.param([found(5), found(1), found(9), found(6)], [(105, 106), (101,), (109,)], id="the best one's place"),
    ],
)
def test_neighbours_are_joined(chunks: list[FoundChunk], expected: list[tuple[int, ...]]) -> None:
    """Within a section, as far as two usual chunks reach."""
    assert [passage.chunk_ids for passage in joined(chunks, 10)] == expected


def test_joined_passage_is_its_best_chunks() -> None:
    """Its id, heading and relevance; the distance is the smallest."""
    best, other = replace(found(2), relevance=0.9, distance=0.4), replace(found(1), relevance=0.1, distance=0.3)
    [passage] = joined([best, other], 5)
    assert (passage.chunk_id, passage.relevance, passage.distance) == (102, 0.9, 0.3)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (WORDS, "ten eleven twelve thirteen fourteen", f"{WORDS} thirteen fourteen"),
        (WORDS, "and now for something else", f"{WORDS}\n\nand now for something else"),
        ("to be or not to be or not to be", "or not to be or not to be", "to be or not to be or not to be"),
        ("x", "y", "x\n\ny"),
    ],
)
def test_shared_text_stands_once(first: str, second: str, expected: str) -> None:
    """Chunks overlap where they were cut."""
    [passage] = joined([found(1, first), found(2, second)], 5)
    assert passage.text == expected


@pytest.mark.parametrize(
    ("text", "distance", "expected"),
    [
        (WORDS, 0.5, [101]),
        (WORDS.upper() + "!", 0.505, [101]),
        (WORDS + " thirteen", 0.5, [101]),
        (WORDS.replace("five", "5").replace("ten", "10"), 0.5, [101, 201]),
        (WORDS + " " + WORDS, 0.5, [101, 201]),
        (WORDS, 0.6, [101, 201]),
    ],
)
def test_near_duplicates_are_dropped(text: str, distance: float, expected: list[int]) -> None:
    """The better one stays. What lies at another distance was not the same text."""
    same = replace(found(1, text, document=2), distance=distance)
    assert [passage.chunk_id for passage in joined([found(1, WORDS), same], 5)] == expected


def test_dropped_ones_make_room() -> None:
    """So many passages as are wanted, if there are."""
    chunks = [found(1, WORDS), found(1, WORDS, document=2), found(1, document=3), found(1, document=4)]
    assert [passage.chunk_id for passage in joined(chunks, 2)] == [101, 301]

"""An answer in its growth: whole words, not too often, and never more than what is there."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.preview import FIRST_AFTER_S, FIRST_PAUSE_S, LONGEST_PAUSE_S, GrowingText, Places, whole_words


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_first_words_are_shown_soon_and_more_after_a_pause() -> None:
    """People see that it begins; then the platform is left in peace for a while. A quick answer appears whole."""
    shown: list[str] = []
    clock = Clock()
    growing = GrowingText(shown.append, str, clock)
    for piece in ("With", "in", " thirty"):
        growing.add(piece)
    assert shown == []
    clock.now += FIRST_AFTER_S
    for piece in (" days", " of"):
        growing.add(piece)
    assert shown == ["Within thirty"]
    clock.now += FIRST_PAUSE_S
    growing.add(" purchase")
    assert shown == ["Within thirty", "Within thirty days of"]


def test_pauses_grow_to_a_limit() -> None:
    """A long answer needs no look a second."""
    times: list[float] = []
    clock = Clock()
    growing = GrowingText(lambda _: times.append(clock.now), str, clock)
    for _ in range(600):
        clock.now += 0.1
        growing.add("word ")
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses == sorted(pauses)
    assert pauses[0] == pytest.approx(FIRST_PAUSE_S, abs=0.11)
    assert pauses[-1] == pytest.approx(LONGEST_PAUSE_S, abs=0.11)


def test_nothing_is_shown_twice_and_nothing_empty() -> None:
    """What may not be seen yet costs no call."""
    shown: list[str] = []
    clock = Clock()
    growing = GrowingText(shown.append, lambda text: text if text.endswith(".") else "", clock)
    for piece in ("One", " two. ", " three", " four"):
        clock.now += 10
        growing.add(piece)
    assert shown == ["One two."]


def test_generation_that_starts_anew_begins_anew() -> None:
    """The failed attempt's words are not joined to the next one's."""
    shown: list[str] = []
    clock = Clock()
    growing = GrowingText(shown.append, str, clock)
    growing.add("One ")
    clock.now += 10
    growing.add("two ")
    growing.restart()
    clock.now += 10
    growing.add("Three four ")
    assert shown == ["One two", "Three four"]


def test_generation_that_is_continued_goes_on_from_what_was_there() -> None:
    """A second try at the rest forgets only the rest."""
    shown: list[str] = []
    clock = Clock()
    growing = GrowingText(shown.append, str, clock)
    growing.add("One ")
    clock.now += 10
    growing.restart("One ")
    growing.add("three ")
    assert shown == ["One three"]


def test_text_that_may_not_be_seen_yet_is_not_looked_at_all_the_time() -> None:
    """Each look costs time, and a model may write a hundred words a second."""
    looks: list[str] = []

    def nothing(text: str) -> str:
        looks.append(text)
        return ""

    clock = Clock()
    growing = GrowingText(lambda _: None, nothing, clock)
    for _ in range(100):
        clock.now += 0.01
        growing.add("word ")
    assert 2 <= len(looks) <= 6


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Within thir", "Within"),
        ("Within thirty ", "Within thirty"),
        ("days [1", "days"),
        ("days [1, ", "days"),
        ("days [1]", "days"),
        ("Wit", ""),
        ("退货期限为三十", "退货期限为三十"),
        ("", ""),
    ],
)
def test_unfinished_word_and_citation_are_left_out(text: str, seen: str) -> None:
    """They would flicker."""
    assert whole_words(text) == seen


@given(st.text())
def test_what_is_seen_is_a_beginning_of_the_text(text: str) -> None:
    """Nothing is invented."""
    assert text.lstrip().startswith(whole_words(text))


def test_places_are_limited_and_given_back() -> None:
    """More answers at once appear whole."""
    places = Places(1)
    with places.one() as first, places.one() as second:
        assert (first, second) == (True, False)
    with places.one() as third:
        assert third

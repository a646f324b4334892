"""Keeping stop strings out of a reply that comes in pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import RequestRefused
from assistant.llm.reply_text import ReplyText


def collect(pieces: list[str], stops: list[str]) -> tuple[str, list[str], bool]:
    shown: list[str] = []
    reply = ReplyText(stops, shown.append)
    for piece in pieces:
        reply.add(piece)
    return reply.finish(), shown, reply.stopped


@pytest.mark.parametrize(
    ("pieces", "stops", "expected", "stopped"),
    [
        (["Hello", " world"], [], ["Hello", " world"], False),
        (["Hello", "</s>", "more"], ["</s>"], ["Hello"], True),
        (["Hel", "lo<", "/s", "> more"], ["</s>"], ["Hel", "lo"], True),
        (["a <", "b"], ["</s>"], ["a ", "<b"], False),
        (["ends with <"], ["</s>"], ["ends with ", "<"], False),
        (["aaa", "b!"], ["aab"], ["a"], True),
        (["x[IN", "ST] y"], ["</s>", "[INST]"], ["x"], True),
        (["[INST]"], ["[INST]"], [], True),
        (["", "x", ""], ["y"], ["x"], False),
        (["abcd"], ["abcd", "bc"], ["a"], True),
    ],
)
def test_pieces_are_shown_as_soon_as_they_are_safe(
    pieces: list[str], stops: list[str], expected: list[str], stopped: bool
) -> None:
    """Only what may become a stop string waits, and the text is what was shown."""
    text, shown, was_stopped = collect(pieces, stops)
    assert (expected, stopped) == (shown, was_stopped)
    assert "".join(expected) == text


@given(st.text("ab<", max_size=30), st.lists(st.text("ab<", min_size=1, max_size=4), max_size=4), st.data())
def test_the_cut_of_the_pieces_changes_nothing(text: str, stops: list[str], data: st.DataObject) -> None:
    """The text ends before the stop string that is complete first, and holds none."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    ends = [(end, start) for end in range(len(text) + 1) for start in range(end) if text[start:end] in stops]
    result, shown, stopped = collect(pieces, stops)
    assert (text[: min(ends)[1]] if ends else text) == result == "".join(shown)
    assert bool(ends) == stopped
    assert not any(stop in result for stop in stops)


def test_an_empty_stop_string_is_refused() -> None:
    """It would end every reply before it begins."""
    with pytest.raises(RequestRefused):
        ReplyText(["x", ""], None)

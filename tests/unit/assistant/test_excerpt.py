"""The beginnings of passages that are shown as quotes."""

from __future__ import annotations

import pytest

from assistant.excerpt import excerpt


@pytest.mark.parametrize(
    ("passage", "shown"),
    [
        ("Open daily.", "Open daily."),
        ("  Open\n\ndaily.\t", "Open daily."),
        ("Run ```make demo``` first", "Run make demo first"),
        ("exactly twenty chars", "exactly twenty chars"),
        ("We are open every day of the week", "We are open every …"),
        ("A" + "b" * 60, "A" + "b" * 17 + " …"),
        ("我们每天都营业从早上八点到晚上十点节假日除外", "我们每天都营业从早上八点到晚上十点节 …"),
        ("", ""),
    ],
)
def test_is_one_line_of_at_most_so_many_characters(passage: str, shown: str) -> None:
    assert excerpt(passage, 20) == shown
    assert len(excerpt(passage, 20)) <= 20

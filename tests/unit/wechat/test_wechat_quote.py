"""Quoted messages."""

from __future__ import annotations

import pytest

from adapters.wechat.quote import MAX_QUOTED_CHARS, Quoting, read_quote

LINE = "- - - - - - - - - - - - - - -"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how long?", Quoting("", "", "how long?")),
        (f"「张三：how long?」\n{LINE}\n30 days", Quoting("张三", "how long?", "30 days")),
        (f"「Li Si: how\nlong?」\n{LINE}\n30\ndays", Quoting("Li Si", "how\nlong?", "30\ndays")),
        (f"「A：say 「hi」 now」\n{LINE}\nok", Quoting("A", "say 「hi」 now", "ok")),
        ("「only brackets」 here", Quoting("", "", "「only brackets」 here")),
        ("「A：x」\n---\nno line of WeChat's", Quoting("", "", "「A：x」\n---\nno line of WeChat's")),
    ],
)
def test_quote_is_parted_from_what_is_said_to_it(text: str, expected: Quoting) -> None:
    """In the form that WeChat puts it into the text."""
    assert expected == read_quote(text)


def test_long_quote_is_cut() -> None:
    """The words that are asked stand out."""
    shown = read_quote(f"「A：{'x' * 5_000}」\n{LINE}\nok").with_quote("ok")
    assert shown == f"> A: {'x' * MAX_QUOTED_CHARS}…\n\nok"


def test_text_made_to_take_long_takes_no_time() -> None:
    """Anybody can write brackets."""
    text = "「a：" + "」\n" * 10_000 + "- " * 10_000
    assert read_quote(text).author == ""

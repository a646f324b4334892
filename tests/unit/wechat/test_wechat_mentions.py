"""Whom a room's text names."""

from __future__ import annotations

import pytest

from adapters.wechat.mentions import Mentions, read_mentions

OWN = ("客服", "客服小助手")
ME = "wxid_assistant"


@pytest.mark.parametrize(
    ("text", "ids", "expected"),
    [
        ("lunch?", (), Mentions("lunch?", assistant=False, others=False)),
        ("@客服\u2005多久？", (), Mentions("多久？", assistant=True, others=False)),
        ("@客服小助手\u2005多久？", (ME,), Mentions("多久？", assistant=True, others=False)),
        ("多久？@客服\u2005", (), Mentions("多久？", assistant=True, others=False)),
        ("多久？ @客服", (), Mentions("多久？", assistant=True, others=False)),
        ("@客服 多久？", (), Mentions("多久？", assistant=True, others=False)),
        ("@客服", (), Mentions("", assistant=True, others=False)),
        ("@客服\u2005@Li Si\u2005look", (ME, "U2"), Mentions("@Li Si look", assistant=True, others=True)),
        ("@Li Si\u2005look", (), Mentions("@Li Si look", assistant=False, others=True)),
        ("look", ("U2",), Mentions("look", assistant=False, others=True)),
        ("@客服部门\u2005look", (), Mentions("@客服部门 look", assistant=False, others=True)),
        ("mail me@客服.example", (), Mentions("mail me@客服.example", assistant=False, others=False)),
        ("me@x.example", (), Mentions("me@x.example", assistant=False, others=False)),
        ("@所有人\u2005lunch", ("announcement@all",), Mentions("@所有人 lunch", assistant=False, others=False)),
        ("@all\u2005lunch", ("notify@all",), Mentions("@all lunch", assistant=False, others=False)),
        # By an alias that could not be looked up in time.
        ("@Desk\u2005how long?", (ME,), Mentions("how long?", assistant=True, others=False)),
        ("@Desk\u2005@Li Si\u2005hi", (ME, "U2"), Mentions("@Desk @Li Si hi", assistant=True, others=True)),
    ],
)
def test_text_names_whom_people_see_named(text: str, ids: tuple[str, ...], expected: Mentions) -> None:
    """By WeChat's own form, by the forms that its clients on computers write, and by ids where there are some."""
    assert expected == read_mentions(text, OWN, ME, ids)


def test_names_are_no_patterns() -> None:
    """A name is a stranger's text."""
    assert read_mentions("@(a+)+\u2005hi", ["(a+)+", ".*"], ME, ()) == Mentions("hi", assistant=True, others=False)


def test_many_signs_take_no_time() -> None:
    """Nor does a text that was made to take long."""
    text = "@" * 20_000 + "@x" * 20_000
    assert not read_mentions(text, OWN, ME, ()).assistant

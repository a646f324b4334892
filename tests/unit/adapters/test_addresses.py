"""What is found to be an address in a text."""

from __future__ import annotations

import pytest

from adapters.addresses import addresses


def found(text: str, *, bare: bool = True) -> list[str]:
    return [text[address.start : address.end] for address in addresses(text, bare=bare)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nothing here, e.g. this. And that...", []),
        ("3.14, v1.2.3, 10.0.0.1 and a.b.c", []),
        ("see index.html, data.json and app.py", ["app.py"]),
        ("(https://a.example/b_(c)), and", ["https://a.example/b_(c)"]),
        ("“https://a.example/b”.", ["https://a.example/b"]),
        ("**https://a.example**", ["https://a.example"]),
        ("HTTPS://A.EXAMPLE:8443/B?c=d#e!", ["HTTPS://A.EXAMPLE:8443/B?c=d#e"]),
        ("请看https://a.example/b。谢谢", ["https://a.example/b"]),
        ("请看a.example谢谢，b.example", ["a.example", "b.example"]),
        ("a.example,b.example;c.example/d", ["a.example", "b.example", "c.example/d"]),
        ("a.example/b,https://c.example", ["a.example/b", "https://c.example"]),
        ("me@a.example and me@b.example/c", ["me@a.example", "me@b.example/c"]),
        ("a.example@b.example", ["a.example@b.example"]),
        ("https://a.example\\@b.example", ["https://a.example\\@b.example"]),
        ("https:\\\\a.example", ["https:\\\\a.example"]),
        ("https://a\u200b.example", ["https://a\u200b.example"]),
        ("app+x://a", ["app+x://a"]),
        ("bücher.example xn--bcher-kva.xn--p1ai", ["bücher.example", "xn--bcher-kva.xn--p1ai"]),
        ("[a](https://a.example)", ["https://a.example"]),
        (".example ..example a..example", []),
    ],
)
def test_addresses_are_found_without_what_is_around_them(text: str, expected: list[str]) -> None:
    """Schemes, bare names and email; the punctuation around them belongs to the sentence."""
    assert expected == found(text)


def test_bare_names_count_only_where_they_are_links() -> None:
    """Some clients link only what begins with a scheme, or with "www."."""
    assert found("a.example www.b.example xwww.c.example https://d.example", bare=False) == [
        "www.b.example",
        "xwww.c.example",
        "https://d.example",
    ]


@pytest.mark.parametrize("piece", ["a", "a.", "a-", "://", "@", "a@", ")", ".a", "a:", "。a"])
def test_long_text_is_searched_in_time(piece: str) -> None:
    """No pattern runs away; the suite's time limit would end it."""
    list(addresses(piece * 20_000 + "x.example", bare=True))

"""Which addresses may be links."""

from __future__ import annotations

import pytest

from adapters.link_hosts import LinkHosts, names_other_host, web_link

HOSTS = LinkHosts.of(("Shop.example", "bücher.example", "not a host", ""))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://shop.example", "https://shop.example"),
        ("HTTP://SHOP.EXAMPLE:8080/A?b=c&d=e#f", "http://shop.example:8080/A?b=c&d=e#f"),
        ("https://shop.example/@me|a b", ""),
        ("https://shop.example/@me|a", "https://shop.example/%40me%7Ca"),
        ("https://ｓｈｏｐ．ｅｘａｍｐｌｅ/", "https://shop.example/"),
        ("https://BÜCHER.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://www.shop.example", ""),
        ("https://shop.example.evil.com", ""),
        ("https://shop.example.", ""),
        ("https://evil.com", ""),
        ("https://shop.example@evil.com", ""),
        ("https://evil.com@shop.example", ""),
        ("https://:@shop.example", ""),
        ("https://shop.example:443@evil.com", ""),
        ("https://shop.example:99999", ""),
        ("https://shop.example\\@evil.com", ""),
        ("https:\\\\shop.example", ""),
        ("https:/shop.example", ""),
        ("https:///shop.example", ""),
        ("//shop.example", ""),
        ("https://shop.example\t.evil.com", ""),
        ("https://shop.example\u200b/", ""),
        ("https://shop.example\u3002evil.com", ""),
        ("https://shop.example/\u202egpj", ""),
        ("https://shop.example/?u=https://evil.com", ""),
        ("https://ѕhop.example", ""),
        ("https://[::1]/", ""),
        ("https://127.0.0.1/", ""),
        ("ftp://shop.example", ""),
        ("javascript://shop.example/%0aalert(1)", ""),
        ("https://shop.example/" + "a" * 1000, ""),
        ("https://shop.example/" + "退" * 200, ""),
        ("https://shop.example/?" + "&" * 300, ""),
        ("", ""),
    ],
)
def test_only_exact_hosts_may_be_links(address: str, expected: str) -> None:
    """Compared as IDNA writes them; whatever could be read in two ways is no link."""
    assert expected == HOSTS.link(address)


def test_bare_address_is_read_as_https() -> None:
    """A name without a scheme leads where clients would take it."""
    assert HOSTS.link("shop.example/a", has_scheme=False) == "https://shop.example/a"
    assert HOSTS.link("evil.com/a", has_scheme=False) == ""
    assert HOSTS.link("shop.example/?https://evil.com", has_scheme=False) == ""


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("help@shop.example", True),
        ("help@evil.com", False),
        ("evil.com@shop.example", False),
        ("a@b@shop.example", False),
    ],
)
def test_email_is_known_by_its_host(address: str, expected: bool) -> None:
    """Only in its plain form."""
    assert expected is HOSTS.has_email(address)


def test_product_s_own_links_may_lead_anywhere_on_the_web() -> None:
    """But not into another program, nor to somebody's password."""
    assert web_link("https://any.example/a>b") == "https://any.example/a%3Eb"
    assert [web_link(url) for url in ("file:///etc", "https://a:b@c.example", "", "x")] == ["", "", "", ""]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("the page", False),
        ("shop.example", False),
        ("https://shop.example/other", False),
        ("index.html and README.md", False),
        ("bank.md/login", True),
        ("https://bank.com", True),
        ("Go to bank.com now", True),
        ("b\u200bank.com", True),
        ("ｂａｎｋ．ｃｏｍ", True),
        ("https://shop.example@bank.com", True),
    ],
)
def test_words_of_a_link_are_compared_with_where_it_leads(words: str, expected: bool) -> None:
    """Also where they are disguised."""
    assert expected is names_other_host(words, "https://shop.example/x")

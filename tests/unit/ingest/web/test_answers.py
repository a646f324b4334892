"""Retry-After, names and kinds of pages, and work side by side."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from yarl import URL

from ingest.errors import UnsupportedDocument
from ingest.web.answers import retry_after_s
from ingest.web.page import check_media_type, page_name
from ingest.web.side_by_side import side_by_side

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Sun, 22 Nov 2026 12:01:30 GMT", 90.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("-1", None),
        ("soon", None),
        ("9" * 400, None),
        ("²", None),
        ("Sun, 99 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str, expected: float | None) -> None:
    """Seconds or a date; anything else says nothing."""
    assert expected == retry_after_s(header, NOW)


@pytest.mark.parametrize(
    ("address", "content_type", "expected"),
    [
        ("https://e.org/", "text/html", "e.org.html"),
        ("https://e.org/faq/", "text/html; charset=utf-8", "e.org.html"),
        ("https://e.org/Returns.HTM", "text/html", "Returns.HTM"),
        ("https://e.org/README.md", "text/plain", "README.md"),
        ("https://e.org/README.md", "TEXT/HTML", "README.md.html"),
        ("https://e.org/get.php?id=1", "application/pdf", "get.php.pdf"),
        ("https://e.org/%E5%B8%B8%E8%A7%81", "text/html", "常见.html"),
        ("https://e.org/a%2F..%2F%00b", "text/csv", "a..b.csv"),
    ],
)
def test_names_fit_the_kind(address: str, content_type: str, expected: str) -> None:
    """The server's word counts, not the address's suffix; and a name is never a path."""
    assert expected == page_name(URL(address), content_type)


@pytest.mark.parametrize("content_type", ["image/png", "", "text", "text/html, text/plain", "application/octet-stream"])
def test_other_kinds_are_refused(content_type: str) -> None:
    """With what is taken instead."""
    with pytest.raises(UnsupportedDocument, match="give pages in HTML"):
        check_media_type(URL("https://e.org/x.html"), content_type)


async def test_a_slow_host_holds_up_no_other() -> None:
    """Of one host two at once, of all together three."""
    held = asyncio.Event()
    begun: list[str] = []

    async def work(address: str) -> str:
        begun.append(address)
        if "slow" in address:
            await held.wait()
        return address

    addresses = [*(f"http://slow/{n}" for n in range(5)), *(f"http://quick/{n}" for n in range(3))]
    results = side_by_side(work, addresses, 3, 2)
    first = [await anext(results) for _ in range(3)]
    assert first == ["http://quick/0", "http://quick/1", "http://quick/2"]
    assert [address for address in begun if "slow" in address] == ["http://slow/0", "http://slow/1"]
    held.set()
    assert sorted([result async for result in results]) == addresses[:5]


async def test_an_error_ends_all_work() -> None:
    """What is not an answer about one page is the caller's to see."""
    ended: list[str] = []

    async def work(address: str) -> str:
        try:
            if address.endswith("bad"):
                raise RuntimeError("no such thing")
            await asyncio.Event().wait()
        finally:
            ended.append(address)
        return address

    with pytest.raises(RuntimeError, match="no such thing"):
        _ = [result async for result in side_by_side(work, ["http://a/1", "http://b/bad"], 4, 4)]
    assert sorted(ended) == ["http://a/1", "http://b/bad"]

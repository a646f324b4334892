"""Pages, sitemaps and links over real sockets on loopback, which the setting allows; and nothing that it doesn't."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from aiohttp import web

from ingest.errors import (
    DocumentTooLarge,
    DocumentUnreadable,
    IngestError,
    InvalidAddress,
    PageMissing,
    PageRefused,
    PageUnreachable,
    PrivateAddress,
    SitemapUnreadable,
    UnsupportedDocument,
)
from ingest.web import FetchedPage, FetchLimits, FetchOptions, dead_links, fetch, fetch_pages, read_sitemap
from ingest.web.internal_hosts import InternalHosts
from tests.fakes.names import Names
from tests.fakes.until import until
from tests.fakes.web_site import WebSite

LIMITS = FetchLimits(max_bytes=3_000_000, total_s=20)


@pytest.fixture
def site() -> Iterator[WebSite]:
    with WebSite() as site:
        yield site


@pytest.fixture
def options(site: WebSite) -> FetchOptions:
    """The site is allowed, and pauses are not waited for."""
    return FetchOptions(LIMITS, InternalHosts.parse(site.place), pause=lambda _: asyncio.sleep(0))


class Trap:
    """A listening socket on loopback that must never see a connection."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]

    def is_untouched(self) -> bool:
        try:
            self._socket.accept()[0].close()
        except BlockingIOError:
            return True
        return False

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.close()


def sitemap_of(*addresses: str) -> str:
    entries = "".join(f"<url><loc>{address}</loc><lastmod>2026-01-01</lastmod></url>" for address in addresses)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'


def index_of(*addresses: str) -> str:
    return f"<sitemapindex>{''.join(f'<sitemap><loc>{a}</loc></sitemap>' for a in addresses)}</sitemapindex>"


def test_a_page_comes_with_its_kind_and_name(site: WebSite, options: FetchOptions) -> None:
    """Its uri is the address that was asked for, without the fragment."""
    address = site.page("/help/returns", "<h1>Rückgabe</h1>")
    expected = FetchedPage(address, "text/html; charset=utf-8", "<h1>Rückgabe</h1>".encode(), "returns.html")
    assert expected == fetch(f"{address}#how", options)
    assert site.headers[0]["User-Agent"].startswith("llamadesk-ingest/")


@pytest.mark.parametrize(
    "trick",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://LOCALHOST.:{port}/",
        "http://127.1:{port}/",
        "http://127.0.0.1.:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f000001:{port}/",
        "http://0177.0.0.1:{port}/",
        "http://0x7f.1:{port}/",
        "http://①②⑦.⓪.⓪.①:{port}/",
        "http://127。0。0。1:{port}/",
        "http://0.0.0.0:{port}/",
        "http://0:{port}/",
        "http://[::1]:{port}/",
        "http://[::]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::ffff:7f00:1]:{port}/",
        "http://[::127.0.0.1]:{port}/",
        "http://[64:ff9b::7f00:1]:{port}/",
        "http://[2002:7f00:1::]:{port}/",
        "http://[2001:0:7f00:1::80ff:fffe]:{port}/",
        "http://[fe80::1%25lo]:{port}/",
        "http://private.test:{port}/",
        "http://mapped.test:{port}/",
        "http://several.test:{port}/",
        "http://user@127.0.0.1:{port}/",
        "http://public.example@127.0.0.1:{port}/",
        "http://public.example\\@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}\\@public.example/",
        "http://public.example#@127.0.0.1:{port}/\r\nHost: x",
        "//127.0.0.1:{port}/",
        "ftp://127.0.0.1:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
        "javascript:alert({port})",
        "http:127.0.0.1:{port}",
        "http://",
        "",
    ],
)
def test_no_trick_reaches_a_private_address(trap: Trap, trick: str) -> None:
    """No connection is made, not even one that is dropped, and the reason is one line."""
    names = Names(
        private_test=[["127.0.0.1"]], mapped_test=[["::ffff:127.0.0.1"]], several_test=[["10.0.0.1", "127.0.0.1"]]
    )
    with pytest.raises((InvalidAddress, PrivateAddress, PageUnreachable)) as refused:
        fetch(trick.format(port=trap.port), FetchOptions(replace(LIMITS, total_s=2), resolver=names))
    assert trap.is_untouched()
    assert "\n" not in str(refused.value)


def test_a_private_address_names_the_setting(trap: Trap) -> None:
    """With what to write there."""
    with pytest.raises(PrivateAddress, match=rf"add 127\.0\.0\.1:{trap.port} to ASSISTANT_FETCH_HOSTS"):
        fetch(f"http://127.0.0.1:{trap.port}/", FetchOptions(LIMITS))


def test_a_name_that_changes_its_address_is_looked_at_anew(site: WebSite, trap: Trap) -> None:
    """What counts is the number that is connected to, not one that was looked up before (DNS rebinding)."""
    names = Names(rebind_test=[["192.0.2.1"], ["127.0.0.1"]])
    options = FetchOptions(replace(LIMITS, total_s=2, connect_s=0.2), resolver=names)
    for _ in range(3):
        with pytest.raises((PrivateAddress, PageUnreachable)):
            fetch(f"http://rebind.test:{trap.port}/", options)
    assert trap.is_untouched()


def test_environment_proxies_are_not_used(trap: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect wherever it is told to."""
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{trap.port}")
    with pytest.raises(PageUnreachable, match="no host"):
        fetch("http://nowhere.test/", FetchOptions(LIMITS, resolver=Names()))
    assert trap.is_untouched()


@pytest.mark.parametrize("hops", [1, 3, 5])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_every_hop_is_checked(site: WebSite, options: FetchOptions, trap: Trap, hops: int, status: int) -> None:
    """The setting allows the site, not what it leads to."""
    for hop in range(hops):
        ends = hop == hops - 1
        site.answers(f"/{hop}", status, Location=f"http://localhost:{trap.port}/" if ends else f"/{hop + 1}")
    with pytest.raises(PrivateAddress, match=rf"/0 leads to .*localhost:{trap.port}"):
        fetch(site.url("/0"), options)
    assert trap.is_untouched()
    assert len(site.asked) == hops


def test_nobody_outside_sends_us_inside(site: WebSite, trap: Trap) -> None:
    """A page that the setting doesn't name leads to a host that it does: the wiki is not for what a stranger asks."""
    inner = FetchOptions(LIMITS, InternalHosts.parse(f"{site.place},127.0.0.1:{trap.port}"))
    site.answers("/start", 302, Location="http://localhost:1/")
    site.answers("/direct", 302, Location=f"http://127.0.0.1:{site.port}/page")
    site.page("/page", "inside")
    assert fetch(site.url("/direct"), inner).data == b"inside"
    with pytest.raises(PrivateAddress):
        fetch(site.url("/start"), inner)


def test_redirects_are_followed_to_the_page(site: WebSite, options: FetchOptions) -> None:
    """And the uri stays what was asked for."""
    site.page("/new", "found")
    page = fetch(site.answers("/old", 301, Location="new"), options)
    assert (page.uri, page.data, page.name) == (site.url("/old"), b"found", "old.html")


def test_endless_redirects_end(site: WebSite, options: FetchOptions) -> None:
    """After five."""
    with pytest.raises(PageUnreachable, match="more than 5 times"):
        fetch(site.answers("/loop", 302, Location="/loop"), options)
    assert len(site.asked) == 6


@pytest.mark.parametrize("location", ["ftp://x/", "http://u:p@127.0.0.1/", "http://[", "file:///etc/passwd"])
def test_redirects_lead_only_to_pages(site: WebSite, options: FetchOptions, location: str) -> None:
    """With the address that was asked for in the message."""
    with pytest.raises(InvalidAddress, match="/odd leads on to a wrong address"):
        fetch(site.answers("/odd", 302, Location=location), options)


@pytest.mark.parametrize(
    ("status", "error", "advice"),
    [
        (404, PageMissing, "correct or remove"),
        (410, PageMissing, "correct or remove"),
        (403, PageRefused, "save it as a file"),
        (204, PageRefused, "open it in a browser"),
        (500, PageUnreachable, "try again later"),
    ],
)
def test_what_is_no_page_is_told(
    site: WebSite, options: FetchOptions, status: int, error: type[IngestError], advice: str
) -> None:
    """One line that names the address and says what to do."""
    with pytest.raises(error, match=advice) as refused:
        fetch(site.answers("/it", status), options)
    assert str(refused.value).startswith(site.url("/it"))


@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream", "application/zip", "", "text/x-evil"])
def test_other_kinds_are_refused(site: WebSite, options: FetchOptions, kind: str) -> None:
    """By their Content-Type, whatever the name says."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=b"x", headers={"Content-Type": kind or "x"})

    site.pages["/it.html"] = answer
    with pytest.raises(UnsupportedDocument, match="give pages in HTML"):
        fetch(site.url("/it.html"), options)


def test_too_large_is_refused_before_it_is_read(site: WebSite, options: FetchOptions) -> None:
    """By what the server announces, or else as soon as it is more."""

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)

    site.pages["/endless"] = endless
    for address in (site.page("/large", b"x" * 3_000_001), site.url("/endless")):
        with pytest.raises(DocumentTooLarge, match=r"larger than 3 MB.*ASSISTANT_MAX_DOCUMENT_MB"):
            fetch(address, options)


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        ("gzip", gzip.compress(bytes(50_000_000), mtime=0), "100 times"),
        ("deflate", zlib.compress(bytes(50_000_000)), "100 times"),
        ("gzip", gzip.compress(b"a", mtime=0)[:-9], "broke off"),
        ("gzip", b"no gzip", "packs it wrongly"),
        ("gzip", gzip.compress(b"", mtime=0) * 5000, "packs it wrongly"),
        ("br", b"whatever", "unasked"),
        ("gzip, gzip", gzip.compress(gzip.compress(bytes(50_000_000), mtime=0), mtime=0), "unasked"),
    ],
)
def test_packed_bodies_cost_no_more_than_their_limit(
    site: WebSite, options: FetchOptions, encoding: str, body: bytes, reason: str
) -> None:
    """Bombs, broken ones, and kinds that were not asked for."""
    address = site.page("/packed", body, **{"Content-Encoding": encoding})
    with pytest.raises((DocumentTooLarge, DocumentUnreadable), match=reason):
        fetch(address, replace(options, limits=replace(LIMITS, max_bytes=20_000_000)))


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"one ", mtime=0) + gzip.compress(b"two", mtime=0)),
        ("x-gzip", gzip.compress(b"one two", mtime=0) + bytes(8)),
        ("deflate", zlib.compress(b"one two")),
        ("deflate", zlib.compress(b"one two", wbits=-15)),
        ("identity", b"one two"),
    ],
)
def test_packed_bodies_are_unpacked(site: WebSite, options: FetchOptions, encoding: str, packed: bytes) -> None:
    """As servers really do it."""
    assert fetch(site.page("/p", packed, **{"Content-Encoding": encoding}), options).data == b"one two"


def test_a_dripping_server_is_left(site: WebSite, options: FetchOptions) -> None:
    """The time is for all of the page, not for each byte."""

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.05)

    site.pages["/drip"] = drip
    with pytest.raises(PageUnreachable, match=r"longer than 0\.5 s"):
        fetch(site.url("/drip"), replace(options, limits=replace(LIMITS, total_s=0.5)))


def test_large_headers_are_refused(site: WebSite, options: FetchOptions) -> None:
    """Before they are kept."""
    with pytest.raises(PageUnreachable, match="broken HTTP"):
        fetch(site.page("/h", "x", **{"X-Large": "x" * 100_000}), options)


def test_a_host_without_a_server_is_told(trap: Trap) -> None:
    """Nothing listens on the port."""
    port = trap.port
    trap.close()
    with pytest.raises(PageUnreachable, match=f"takes no connections on port {port}"):
        fetch(f"http://127.0.0.1:{port}/", FetchOptions(LIMITS, InternalHosts.parse(f"127.0.0.1:{port}")))


def test_tls_is_checked(site: WebSite) -> None:
    """A server that speaks no TLS is not asked without it."""
    with pytest.raises(PageUnreachable, match="TLS"):
        fetch(f"https://{site.place}/", FetchOptions(LIMITS, InternalHosts.parse(site.place)))


@pytest.mark.parametrize(("header", "pause"), [("7", 7.0), ("", 1.0), ("soon", 1.0)])
def test_a_busy_server_is_asked_again(site: WebSite, options: FetchOptions, header: str, pause: float) -> None:
    """After as long as it wishes."""
    pauses: list[float] = []
    site.answers("/busy", 503, **({"Retry_After": header} if header else {}))

    async def paused(seconds: float) -> None:
        pauses.append(seconds)
        site.page("/busy", "here")

    assert fetch(site.url("/busy"), replace(options, pause=paused)).data == b"here"
    assert pauses == [pause]


def test_a_busy_server_is_asked_twice_more_at_most(site: WebSite, options: FetchOptions) -> None:
    """And not at all where it wants more time than is allowed."""
    with pytest.raises(PageUnreachable, match="too busy"):
        fetch(site.answers("/busy", 429, Retry_After="1"), options)
    assert len(site.asked) == 3
    with pytest.raises(PageUnreachable, match="too busy"):
        fetch(site.answers("/closed", 503, Retry_After="86400"), options)
    assert len(site.asked) == 4


def test_pages_come_as_they_are_ready(site: WebSite, options: FetchOptions) -> None:
    """Each once; what is refused is told in its place, and the rest go on."""
    addresses = [site.page(f"/{number}", str(number)) for number in range(40)]
    results = list(fetch_pages([*addresses, addresses[0], site.url("/missing"), "ftp://x"], options))
    pages = {result.uri for result in results if isinstance(result, FetchedPage)}
    refused = {result.uri: type(result.error) for result in results if not isinstance(result, FetchedPage)}
    assert pages == set(addresses)
    assert refused == {site.url("/missing"): PageMissing, "ftp://x": InvalidAddress}
    assert len(results) == 42


def test_a_host_is_asked_for_four_pages_at_once(site: WebSite, options: FetchOptions) -> None:
    """Never more; the first are answered when four wait."""
    four_wait = asyncio.Event()

    async def wait(_: web.Request) -> web.Response:
        if site.at_once == 4:
            four_wait.set()
        await four_wait.wait()
        return web.Response(text="x", content_type="text/plain")

    for number in range(20):
        site.pages[f"/{number}"] = wait
    results = list(fetch_pages([site.url(f"/{number}") for number in range(20)], options))
    assert [FetchedPage] * 20 == [type(result) for result in results]
    assert site.most_at_once == 4


def test_no_more_is_fetched_than_is_taken(site: WebSite, options: FetchOptions) -> None:
    """Closing the iterator ends its thread, and nothing more is asked for."""
    pages = fetch_pages([site.page(f"/{number}", "x") for number in range(100)], options)
    next(pages)
    pages.close()  # type: ignore[attr-defined]
    assert "web" not in {thread.name for thread in threading.enumerate()}
    assert len(site.asked) <= 20


def test_pages_are_fetched_while_others_are_worked_on(site: WebSite, options: FetchOptions) -> None:
    """The taker does nothing for it."""
    pages = fetch_pages([site.page(f"/{number}", "x") for number in range(3)], options)
    next(pages)
    asyncio.run(until(lambda: len(site.asked) == 3))
    assert len(list(pages)) == 2


def test_a_sitemap_gives_its_own_pages(site: WebSite, options: FetchOptions) -> None:
    """Each once; those of other hosts, and what is no address, are counted."""
    site.page(
        "/sitemap.xml",
        sitemap_of(site.url("/a"), site.url("/a#x"), site.url("/b?x=1&amp;y=2"), "https://other.test/", "nonsense"),
        "text/plain",
    )
    found = read_sitemap(site.url("/sitemap.xml"), options)
    assert found.pages == (site.url("/a"), site.url("/b?x=1&y=2"))
    assert found.notes == ("2 addresses on other hosts, or no addresses",)


def test_an_index_gives_the_pages_of_its_sitemaps(site: WebSite, options: FetchOptions) -> None:
    """One in XML, one packed, one as text; a sitemap on another host is not asked for."""
    one = site.page("/one.xml", sitemap_of(site.url("/a")), "application/xml")
    two = site.page("/two.xml.gz", gzip.compress(sitemap_of(site.url("/b")).encode()), "application/gzip")
    three = site.page("/three.txt", f"\ufeff{site.url('/c')}\r\n\r\n{site.url('/a')}\n", "text/plain")
    index = site.page("/index.xml", index_of(one, two, three, "http://other.test/s.xml"), "text/xml")
    assert read_sitemap(index, options).pages == (site.url("/a"), site.url("/b"), site.url("/c"))


def test_robots_txt_is_respected(site: WebSite, options: FetchOptions) -> None:
    """Its rules for our name come before those for all."""
    site.page(
        "/robots.txt", "User-agent: *\nDisallow: /\n\nUser-agent: llamadesk-ingest\nDisallow: /*/draft\n", "text/plain"
    )
    found = read_sitemap(site.page("/s.xml", sitemap_of(site.url("/a"), site.url("/b/draft"))), options)
    assert found.pages == (site.url("/a"),)
    assert found.notes == ("1 address that the host's robots.txt forbids",)


def test_a_failing_robots_txt_forbids_everything(site: WebSite, options: FetchOptions) -> None:
    """RFC 9309: unlike one that isn't there."""
    site.answers("/robots.txt", 500)
    with pytest.raises(PageUnreachable, match=r"robots\.txt"):
        read_sitemap(site.page("/s.xml", sitemap_of(site.url("/a"))), options)


def test_an_index_with_a_missing_sitemap_is_refused(site: WebSite, options: FetchOptions) -> None:
    """A sync would take its pages for removed."""
    with pytest.raises(PageMissing):
        read_sitemap(site.page("/i.xml", index_of(site.url("/gone.xml"))), options)
    inner = site.page("/inner.xml", index_of(site.url("/s.xml")))
    with pytest.raises(SitemapUnreadable, match="index within an index"):
        read_sitemap(site.page("/i.xml", index_of(inner)), options)


def test_a_sitemap_that_unpacks_to_more_than_the_protocol_allows_is_refused(
    site: WebSite, options: FetchOptions
) -> None:
    """As it is unpacked, not afterwards."""
    bomb = site.page("/s.xml.gz", gzip.compress(b"<urlset>" + bytes(60_000_000)), "application/gzip")
    with pytest.raises(SitemapUnreadable, match="52,428,800 bytes"):
        read_sitemap(bomb, options)


def test_dead_links_are_found(site: WebSite, options: FetchOptions, trap: Trap) -> None:
    """By asking for the head, and once more for all where that fails: some servers know only GET."""

    async def only_get(request: web.Request) -> web.Response:
        return web.Response(status=200 if request.method == "GET" else 405)

    site.pages["/only-get"] = only_get
    alive = [site.page("/a", "x", "image/png"), site.url("/only-get")]
    inside = f"http://localhost:{trap.port}/"
    found = dead_links([*alive, site.url("/gone"), inside, "mailto:x@example.org"], options)
    assert {address: type(error) for address, error in found.items()} == {
        site.url("/gone"): PageMissing,
        inside: PrivateAddress,
        "mailto:x@example.org": InvalidAddress,
    }
    assert ("HEAD", "/a") in site.asked
    assert ("GET", "/a") not in site.asked
    assert trap.is_untouched()

"""Sitemaps in XML, real and hostile ones."""

from __future__ import annotations

import tracemalloc

import pytest

from ingest.errors import SitemapUnreadable
from ingest.web.sitemap_xml import MAX_ENTRIES, parse_sitemap

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def test_only_the_addresses_of_entries_count() -> None:
    """Not those of images and translations in them."""
    xml = f"""<?xml version="1.0" encoding="UTF-8"?>
    <urlset xmlns="{NAMESPACE}" xmlns:image="i" xmlns:xhtml="x">
      <url><loc> https://e.org/ä?a=1&amp;b=2
      </loc><image:image><image:loc>https://e.org/i.png</image:loc></image:image>
      <xhtml:link rel="alternate" href="https://e.org/de"/></url>
      <url><loc><![CDATA[https://e.org/2]]></loc></url>
    </urlset>""".encode()
    entries = parse_sitemap(xml, "s")
    assert (entries.is_index, entries.addresses) == (False, ["https://e.org/ä?a=1&b=2", "https://e.org/2"])


def test_prefixes_and_other_encodings_are_read() -> None:
    """An index in UTF-16, its namespace with a prefix."""
    xml = (
        f'<s:sitemapindex xmlns:s="{NAMESPACE}"><s:sitemap><s:loc>https://e.org/1</s:loc></s:sitemap></s:sitemapindex>'
    )
    entries = parse_sitemap(xml.encode("utf-16"), "s")
    assert (entries.is_index, entries.addresses) == (True, ["https://e.org/1"])


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)
HOSTILE = {
    "nothing": b"",
    "a page": b"<html><body>x</body></html>",
    "broken": b"<urlset><url><loc>https://e.org/</url>",
    "cut": b"<urlset><url><loc>https://e.org/</loc>",
    "entities": f"{LAUGHS}]><urlset><url><loc>&j;</loc></url></urlset>".encode(),
    "an external entity": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>&a;</loc></url></urlset>',
    "a document type": b'<!DOCTYPE urlset SYSTEM "http://127.0.0.1/x.dtd"><urlset/>',
    "depth": b"<urlset>" + b"<a>" * 500_000,
    "elements": b"<urlset>" + b"<a/>" * 1_050_000,
    "lines": b"<urlset><url><loc>" + b"x\n" * 600_000,
    "entries": b"<urlset>" + b"<url><loc>x</loc></url>" * (MAX_ENTRIES + 1) + b"</urlset>",
    "an unknown encoding": b'<?xml version="1.0" encoding="klingon"?><urlset/>',
    "no text": bytes(range(256)) * 100,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_sitemap_is_refused_in_one_line(kind: str) -> None:
    """Whatever it is."""
    with pytest.raises(SitemapUnreadable) as refused:
        parse_sitemap(HOSTILE[kind], "https://e.org/s.xml")
    assert str(refused.value).startswith("https://e.org/s.xml ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", ["entities", "depth", "lines"])
def test_hostile_xml_takes_no_memory(kind: str) -> None:
    """What it unfolds to is never made."""
    tracemalloc.start()
    try:
        with pytest.raises(SitemapUnreadable):
            parse_sitemap(HOSTILE[kind], "s")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_long_address_is_not_kept() -> None:
    """Megabytes between two tags: only what an address may have, to be refused as one."""
    entries = parse_sitemap(b"<urlset><url><loc>" + b"x" * 5_000_000 + b"</loc></url></urlset>", "s")
    assert len(entries.addresses[0]) < 100_000

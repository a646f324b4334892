"""A ledger tells what changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.vector_store.base import Document
from ingest.sync import INCOMPLETE, Ledger, Treatment

TREATMENT = Treatment("r1", (("team", "billing"), ("lang", "en")), ("everyone",))


def stored(uri: str, source_uri: str = "", source_hash: str = "h1", synced_from: str = "") -> Document:
    return Document(
        uri,
        "A",
        "own",
        tags=(("lang", "en"), ("team", "billing")),
        source_uri=source_uri or uri,
        source_hash=source_hash,
        recipe="r1",
        synced_from=synced_from,
    )


def test_a_source_with_the_same_hash_and_treatment_is_unchanged() -> None:
    """Whatever the order of the tags."""
    assert Ledger([stored("/a.md")]).is_unchanged("/a.md", "h1", TREATMENT)


@pytest.mark.parametrize(
    ("source_hash", "treatment"),
    [
        ("h2", TREATMENT),
        ("h1", replace(TREATMENT, recipe="r2")),
        ("h1", replace(TREATMENT, tags=())),
        ("h1", replace(TREATMENT, audience=("staff",))),
    ],
)
def test_another_hash_or_treatment_is_a_change(source_hash: str, treatment: Treatment) -> None:
    """Also where only the options changed."""
    assert not Ledger([stored("/a.md")]).is_unchanged("/a.md", source_hash, treatment)


def test_an_unknown_source_is_a_change() -> None:
    """It is new."""
    assert not Ledger([]).is_unchanged("/a.md", "h1", TREATMENT)


def test_an_archive_is_unchanged_only_as_a_whole() -> None:
    """One of whose documents was refused is read again."""
    whole = [stored("/a.zip/1", "/a.zip"), stored("/a.zip/2", "/a.zip")]
    assert Ledger(whole).is_unchanged("/a.zip", "h1", TREATMENT)
    broken = [whole[0], stored("/a.zip/2", "/a.zip", INCOMPLETE)]
    assert not Ledger(broken).is_unchanged("/a.zip", "h1", TREATMENT)


def test_what_an_archive_holds_no_more_is_left_over() -> None:
    """Documents of other sources are not."""
    ledger = Ledger([stored("/a.zip/1", "/a.zip"), stored("/a.zip/2", "/a.zip"), stored("/b.md")])
    assert ledger.left_over("/a.zip", {"/a.zip/2", "/a.zip/3"}) == ["/a.zip/1"]


def test_only_documents_of_the_root_vanish() -> None:
    """Those below the folder, however they came, and those that its sync brought; /docs2 is another folder."""
    ledger = Ledger(
        [
            stored("/docs/there.md"),
            stored("/docs/gone.md"),
            stored("/docs/gone.zip/1", "/docs/gone.zip"),
            stored("/docs2/other.md"),
            stored("https://a.example/page", synced_from="https://a.example/sitemap.xml"),
        ]
    )
    assert ledger.vanished("/docs", {"/docs/there.md"}) == ["/docs/gone.md", "/docs/gone.zip/1"]
    assert ledger.vanished("https://a.example/sitemap.xml", ()) == ["https://a.example/page"]

"""Links in texts, and those that lead nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from ingest.errors import IngestError, PageMissing, PageRefused
from ingest.lint.dead_links import DeadLinks
from ingest.lint.link_targets import LinkTargets, web_address
from ingest.lint.links import links
from ingest.lint.passage import LintedChunk
from ingest.lint.stored_chunks import KnownDocument


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no link at all", []),
        ("[a](b.md#c) and ![p](p.png)", ["b.md#c", "p.png"]),
        ("see https://a.b/c_d_e. Or (http://x.y/z_(w))!", ["https://a.b/c_d_e", "http://x.y/z_(w)"]),
        ("<https://a.b/c> and [x](https://a.b/c)", ["https://a.b/c"]),
        ("`https://a.b` and\n\n```\nhttp://c.d\n```", []),
        ("详见https://a.b/c。谢谢", ["https://a.b/c"]),
        ("[r]\n\n[r]: http://a.b/r", ["http://a.b/r"]),
    ],
)
def test_links_are_found(text: str, expected: list[str]) -> None:
    """As Markdown, or bare; not in code, and without what follows them in the sentence."""
    assert expected == links(text)


@pytest.mark.parametrize(
    ("uri", "link", "expected"),
    [
        ("/d/a.md", "https://x.y", "https://x.y"),
        ("/d/a.md", "b.md", None),
        ("https://x.y/d/a", "../b", "https://x.y/b"),
        ("https://x.y/d/a", "mailto:a@b.c", None),
    ],
)
def test_web_addresses_are_told_from_files(uri: str, link: str, expected: str | None) -> None:
    """Links of a page lead to its neighbours on the web."""
    assert expected == web_address(uri, link)


def test_targets_on_this_machine_are_looked_up(tmp_path: Path) -> None:
    """Files beside the document, and the headings of Markdown; what nobody can know is left alone."""
    for name, text in (("a.md", "# Top\n\n## My fees\n<a id='named'></a>\n"), ("b.html", "x"), ("c d.txt", "x")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    uri = str(tmp_path / "a.md")
    elsewhere = KnownDocument("default", "/no/such/folder/z.md", frozenset({"here"}), frozenset({"Other Part"}))
    targets = LinkTargets([KnownDocument("default", uri, frozenset({"top"}), frozenset()), elsewhere])
    expected = {
        "#top": "",
        "#my-fees": "",
        "#named": "",
        "#gone": "no such heading",
        "b": "",
        "c%20d.txt": "",
        "a.md#gone": "no such heading",
        "../none/e.md": "",
        "e.md": "no such file",
        "/e.md": "",
        "tel:1": "",
        "b.html#any": "",
    }
    expected["../none/e.md"] = "no such file"
    assert {link: targets.missing(uri, link) for link in expected} == expected
    others = {"#here": "", "#other-part": "", "#gone": "no such heading", "y.md": ""}
    assert {link: targets.missing(elsewhere.uri, link) for link in others} == others


def test_each_dead_address_is_one_finding() -> None:
    """With all the places that name it; it is asked for once, and who refuses to tell is only counted."""
    asked: list[str] = []

    def check(addresses: Sequence[str]) -> Mapping[str, IngestError]:
        asked.extend(addresses)
        return {"http://a.b/gone": PageMissing("gone"), "http://a.b/shy": PageRefused("403")}

    dead = DeadLinks(LinkTargets([]), check)
    for number, text in enumerate(("http://a.b/gone http://a.b/shy http://a.b/ok", "http://a.b/gone#x")):
        dead.add(LintedChunk(number, f"/no/{number}.md", "T", (), "", text))
    shown: list[tuple[int, int]] = []
    findings = list(dead.findings(lambda done, total: shown.append((done, total))))
    assert [(f.place.uri, [o.uri for o in f.others], f.why) for f in findings] == [
        ("/no/0.md", ["/no/1.md"], "http://a.b/gone: the server says that there is no such page")
    ]
    assert asked == ["http://a.b/gone", "http://a.b/shy", "http://a.b/ok"]
    assert (shown, dead.notes()) == ([(3, 3)], ["1 links refused to tell"])

"""Every link inside the repository leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.sections import sections
from tests.unit.docs.pages import PAGES, name_of, prose

_LINK = re.compile(r"\]\(([^()\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_resolve(page: Path) -> None:
    """The file is there, and so is the heading where one is named."""
    broken = [link for link in _LINK.findall(prose(page)) if not _resolves(page, link)]
    assert broken == []


def test_every_page_is_linked_from_the_readme() -> None:
    """A page that nobody finds might as well not exist."""
    readme, *others = PAGES
    linked = {(readme.parent / link.partition("#")[0]).resolve() for link in _LINK.findall(prose(readme))}
    assert [name_of(page) for page in others if page.resolve() not in linked] == []


def _resolves(page: Path, link: str) -> bool:
    if re.match(r"[a-z]+:", link):
        return link.startswith("https://")
    file, _, anchor = link.partition("#")
    target = (page.parent / file).resolve() if file else page
    return target.is_file() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    text = page.read_text(encoding="utf-8")
    return {section.anchor for section in sections(text, slug_anchors=True)}

"""What stands in the margins of printed pages: running heads, feet, page numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ingest.loaders.furniture_lines import is_print_margin
from ingest.loaders.pdf_lines import Line, Page

# Of the page's height, above and below; and how many lines a head or a foot may have.
MARGIN_SHARE = 0.2
MAX_MARGIN_LINES = 4
# A line counts as running if it stands on so many pages, at the same height give or take a few points.
MIN_PAGES = 3
SAME_HEIGHT = 4.0
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"[-–— ]*(?:page |seite |p\. ?)?(\d{1,4})(?: ?(?:/|of|von) ?\d{1,4})?[-–— ]*", re.IGNORECASE)


def without_margins(pages: Sequence[Page]) -> list[Page]:
    """The pages without the lines that repeat in their margins (numbers may differ), page numbers, and what browsers
    print above and below."""
    margins = {page.number: _margin_lines(page) for page in pages}
    running = _running(margins)
    return [
        replace(
            page,
            lines=tuple(
                line for line in page.lines if line not in margins[page.number] or not _is_margin(line, page, running)
            ),
        )
        for page in pages
    ]


def _margin_lines(page: Page) -> list[Line]:
    low, high = page.height * MARGIN_SHARE, page.height * (1 - MARGIN_SHARE)
    by_height = sorted(page.lines, key=lambda line: line.bottom)
    feet = [line for line in by_height[:MAX_MARGIN_LINES] if line.bottom < low]
    return feet + [line for line in by_height[-MAX_MARGIN_LINES:] if line.bottom > high]


def _running(margins: dict[int, list[Line]]) -> set[tuple[str, int]]:
    """The texts that run, each with the heights (in steps of SAME_HEIGHT) at which it does."""
    pages: dict[tuple[str, int], set[int]] = defaultdict(set)
    for number, lines in margins.items():
        for line in lines:
            pages[_key(line)].add(number)
    return {key for key in pages if len(_pages_near(pages, key)) >= MIN_PAGES}


def _pages_near(pages: dict[tuple[str, int], set[int]], key: tuple[str, int]) -> set[int]:
    """A height near the edge of a step falls into the next one on some pages."""
    text, step = key
    return set().union(*(pages.get((text, near), set()) for near in (step - 1, step, step + 1)))


def _key(line: Line) -> tuple[str, int]:
    return _DIGITS.sub("#", line.text.casefold().strip()), int(line.bottom // SAME_HEIGHT)


def _is_margin(line: Line, page: Page, running: set[tuple[str, int]]) -> bool:
    number = _NUMBER.fullmatch(line.text.strip())
    if number and int(number.group(1)) == page.number:
        return True
    return _key(line) in running or is_print_margin(line.text)

"""What the text of a PDF file mostly looks like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.loaders.pdf_lines import Line, Page

# Lines that begin within this many points of each other are of one column.
COLUMN_WIDTH = 25
MIN_COLUMN_LINES = 5
ALL_PAGES = 0


@dataclass(frozen=True, slots=True)
class Letters:
    """What the text of a document mostly looks like: `pitch` is the distance of two lines, by size; `edges` are where
    the lines of a column end, by page and column; where a page has few of them, those of all pages count."""

    size: float
    weight: int
    pitch: dict[float, float]
    edges: dict[tuple[int, int], float]

    def edge(self, line: Line) -> float:
        """How far to the right the lines around this one reach."""
        page, column = _column(line)
        near = (column - 1, column, column + 1)
        here = max(self.edges.get((page, place), 0.0) for place in near)
        return here or max(self.edges.get((ALL_PAGES, place), 0.0) for place in near)


def letters_of(pages: Sequence[Page]) -> Letters:
    """Measured over all pages."""
    lines = [line for page in pages for line in page.lines]
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += 0 if line.fixed_pitch else len(line.text)
    size = sizes.most_common(1)[0][0] if sizes else 0.0
    body = [line for line in lines if line.size == size]
    weights = Counter(line.weight for line in body)
    edges: dict[tuple[int, int], float] = {}
    counts = Counter[tuple[int, int]]()
    for line in lines:
        page, column = _column(line)
        for key in ((page, column), (ALL_PAGES, column)):
            edges[key] = max(edges.get(key, 0.0), line.right)
            counts[key] += 1
    return Letters(
        size,
        weights.most_common(1)[0][0] if weights else 0,
        _pitches(pages),
        {key: edge for key, edge in edges.items() if key[0] == ALL_PAGES or counts[key] >= MIN_COLUMN_LINES},
    )


def _column(line: Line) -> tuple[int, int]:
    return line.page, int(line.left // COLUMN_WIDTH)


def _pitches(pages: Sequence[Page]) -> dict[float, float]:
    steps: dict[float, Counter[float]] = {}
    for page in pages:
        for above, below in zip(page.lines, page.lines[1:], strict=False):
            step = round(above.bottom - below.bottom, 0)
            if above.size == below.size and 0.8 * above.size < step < 2 * above.size:
                steps.setdefault(above.size, Counter())[step] += 1
    return {size: counts.most_common(1)[0][0] for size, counts in steps.items() if counts.most_common(1)[0][1] > 1}

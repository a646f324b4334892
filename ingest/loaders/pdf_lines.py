"""Lines of text on the pages of a PDF file."""

from __future__ import annotations

from dataclasses import dataclass

# What PDFium puts for a hyphen at a line's end.
HYPHEN = "\x02"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. Lengths are points (1/72 inch) from the page's lower left corner. `text` ends with HYPHEN where
    a word goes on in the next line; `weight` is of the font as it says, from 100 to 900 or so, 0 if unknown;
    `has_cells` where words in it stand far apart, as in a row of a table."""

    text: str
    page: int
    left: float
    right: float
    bottom: float
    size: float
    weight: int = 0
    bold: bool = False
    fixed_pitch: bool = False
    has_cells: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """`number` counts from 1; `lines` are in the order in which PDFium reads them."""

    number: int
    height: float
    lines: tuple[Line, ...]

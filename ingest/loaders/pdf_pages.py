"""The lines of a PDF file's pages, with where and in which letters they stand."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.errors import DocumentTooLarge, DocumentUnreadable, shown
from ingest.loaders.base import RawDocument
from ingest.loaders.options import ReadingLimits
from ingest.loaders.pdf_lines import HYPHEN, Line, Page

_LINE_ENDS = re.compile(r"[\r\n]+|(?<=\x02)")
_NOISE = re.compile(r"[\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ufffd\u200b]")
# PDF 32000-1:2008, table 123.
_FIXED_PITCH = 1
_BOLD_NAME = re.compile(r"bold|black|heavy|BX\d", re.IGNORECASE)
_FIXED_NAME = re.compile(r"courier|mono|consol|menlo|typewriter|CMTT\d", re.IGNORECASE)
_FONT_NAME_BYTES = 128
# "ExampleCode", "of(Real-world)": perhaps words that were set apart.
_GLUED = re.compile(r"[a-z)][A-Z(]")
# Against the letters' mean width.
GAP_SHARE = 0.2
_LEADERS = re.compile(r"(?:\. ?){5}")
# Between the cells of a row, against the size of the letters; justified text stays below.
CELL_GAP = 1.2
# Letters looked at in each line, about.
FONT_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class _Font:
    """Of one letter: `size` as printed, in points; `bold` by its name."""

    size: float
    weight: int
    bold: bool
    fixed_pitch: bool


def read_pages(raw: RawDocument, limits: ReadingLimits) -> Iterator[Page]:
    """The pages; one that can't be read has no lines. Raises DocumentUnreadable and DocumentTooLarge."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        document = pypdfium2.PdfDocument(raw.data)
    except pypdfium2.PdfiumError as exc:
        if exc.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise DocumentUnreadable(f"{shown(raw.uri)} is protected by a password: save it without one") from exc
        raise DocumentUnreadable(f"{shown(raw.uri)} is a broken PDF file: open it, and save it anew") from exc
    if len(document) > limits.max_pages:
        raise DocumentTooLarge(f"{shown(raw.uri)} has {len(document)} pages, the limit is {limits.max_pages}: split it")
    for index in range(len(document)):
        try:
            page = document[index]
            lines = tuple(_lines(page.get_textpage(), index + 1))
            yield Page(index + 1, page.get_height(), lines)
            page.close()
        except pypdfium2.PdfiumError:
            yield Page(index + 1, 0, ())


def _lines(textpage: Any, page: int) -> Iterator[Line]:
    text = _text(textpage)
    start = 0
    for part in _LINE_ENDS.split(text):
        start = text.index(part, start)
        if line := _line(textpage, part, start, page):
            yield line
        start += len(part)


def _text(textpage: Any) -> str:
    """One character (or half of a pair) for each of PDFium's, so that places in it are PDFium's."""
    import pypdfium2.raw as pdfium

    count = textpage.count_chars()
    if count < 1:
        return ""
    buffer = (ctypes.c_ushort * (count + 1))()
    if pdfium.FPDFText_GetText(textpage, 0, count, buffer) == count + 1:
        return "".join(map(chr, buffer[:count])).replace("\ufffe", HYPHEN)
    # Characters without a meaning are left out there.
    return "".join(chr(min(pdfium.FPDFText_GetUnicode(textpage, place), 0xFFFF)) for place in range(count))


def _line(textpage: Any, part: str, start: int, page: int) -> Line | None:
    shown_text = part.strip(" \t\xa0")
    if not shown_text:
        return None
    first = start + part.index(shown_text)
    last = first + len(shown_text) - 1
    if _GLUED.search(shown_text):
        shown_text = _spaced(textpage, shown_text, first)
    paired = shown_text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _NOISE.sub("", paired)
    if not text.strip(f" {HYPHEN}"):
        return None
    left, bottom, _ = _box(textpage, first)
    _, _, right = _box(textpage, last)
    places = [place for place in range(first, last + 1) if not part[place - start].isspace()]
    fonts = [_font(textpage, place) for place in places[:: max(1, len(places) // FONT_SAMPLES)]]
    size = Counter(font.size for font in fonts).most_common(1)[0][0]
    most = len(fonts) / 2
    return Line(
        text,
        page,
        min(left, right),
        max(left, right),
        bottom,
        size,
        sorted(font.weight for font in fonts)[len(fonts) // 2],
        sum(font.bold for font in fonts) > most,
        sum(font.fixed_pitch for font in fonts) > most,
        _has_cells(textpage, part, start, CELL_GAP * size),
    )


def _spaced(textpage: Any, text: str, first: int) -> str:
    """The text with blanks where the letters stand apart: PDFium misses those of closely set headings."""
    boxes = [_box(textpage, first + place) for place in range(len(text))]
    widths = [right - left for left, _, right in boxes]
    gap = GAP_SHARE * sum(widths) / len(widths)
    blanks = [
        " " if text[place] != " " != text[place + 1] and boxes[place + 1][0] - boxes[place][2] > gap else ""
        for place in range(len(text) - 1)
    ]
    return "".join(character + blank for character, blank in zip(text, [*blanks, ""], strict=True))


def _has_cells(textpage: Any, part: str, start: int, gap: float) -> bool:
    """Whether blanks in the line are wider than `gap`, or filled with dots."""
    if _LEADERS.search(part):
        return True
    for blank in re.finditer(r"(?<=\S)\s+(?=\S)", part):
        if _box(textpage, start + blank.end())[0] - _box(textpage, start + blank.start() - 1)[2] > gap:
            return True
    return False


def _box(textpage: Any, place: int) -> tuple[float, float, float]:
    """Left, bottom and right."""
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(textpage, place, box)
    return box.left, box.bottom, box.right


def _font(textpage: Any, place: int) -> _Font:
    import pypdfium2.raw as pdfium

    matrix, name, flags = pdfium.FS_MATRIX(), ctypes.create_string_buffer(_FONT_NAME_BYTES), ctypes.c_int()
    pdfium.FPDFText_GetMatrix(textpage, place, matrix)
    pdfium.FPDFText_GetFontInfo(textpage, place, name, _FONT_NAME_BYTES, flags)
    font_name = name.value.decode("latin-1")
    scale = (matrix.c**2 + matrix.d**2) ** 0.5 or 1.0
    return _Font(
        round(pdfium.FPDFText_GetFontSize(textpage, place) * scale, 1),
        max(0, pdfium.FPDFText_GetFontWeight(textpage, place)),
        _BOLD_NAME.search(font_name) is not None,
        bool(flags.value & _FIXED_PITCH) or _FIXED_NAME.search(font_name) is not None,
    )

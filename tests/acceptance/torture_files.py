"""Documents made to do harm: each with what may come of it."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from zipfile import ZIP_STORED

from tests.fakes.office_files import docx, paragraph, xlsx, xlsx_with, zip_file
from tests.fakes.pdf_files import of_objects, stream

MB = 1_000_000
LOADED = "loaded"
# Of files that are only too much, a slower machine sees the one limit first, a faster one the other.
TOO_MUCH = r"takes (?:more than 512 MB|longer than \d+ s)"
_CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
_NOISE = random.Random(1)


@dataclass(frozen=True, slots=True)
class Torture:
    """`expected` matches the reason of the refusal, or is LOADED; either may be right."""

    name: str
    make: Callable[[], bytes]
    expected: str


def _pdf_of_one_page(content: bytes) -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 <<"
    font = b" /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
    return of_objects([_CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page + font, content])


def _pdf_with_pages(entries: bytes) -> bytes:
    return of_objects([_CATALOG, b"<< /Type /Pages %s >>" % entries])


def _packed(data: bytes) -> bytes:
    return stream(zlib.compress(data, level=1), b"/Filter /FlateDecode ")


def _many_texts() -> bytes:
    shown = (b"1 0 0 1 50 %d Tm (hello world) Tj " % (number % 700) for number in range(300_000))
    return _packed(b"BT /F1 12 Tf %s ET" % b"".join(shown))


def _billion_laughs() -> bytes:
    entities = "".join(
        f'<!ENTITY {name} "{f"&{inner};" * 10}">' for name, inner in zip("bcdefghij", "abcdefghi", strict=True)
    )
    return docx(paragraph("&j;"), f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol">{entities}]>')


def _external_entity() -> bytes:
    return docx(paragraph("&x;"), '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>')


def _nested_bomb() -> bytes:
    inner = zip_file({f"{number}.zip": zip_file({"0.md": "0" * MB}) for number in range(16)})
    return zip_file({f"{number}.zip": inner for number in range(16)})


def _overlapping_bomb() -> bytes:
    data = zip_file({"0000.md": "x" * MB})
    directory, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entries = b"".join(data[directory:end].replace(b"0000", b"%04x" % number) for number in range(150))
    tail = data[end : end + 8] + (150).to_bytes(2, "little") * 2 + len(entries).to_bytes(4, "little") + data[end + 16 :]
    return data[:directory] + entries + tail


def _empty_cells() -> bytes:
    row = "".join(f'<c r="{column}{{0}}" s="0"/>' for column in "ABCDEFGHIJ")
    return xlsx_with("".join(f'<row r="{number}">{row.format(number)}</row>' for number in range(1, 100_001)))


TORTURES = (
    Torture("loop.pdf", lambda: _pdf_with_pages(b"/Kids [2 0 R 2 0 R] /Count 10"), "has no text on its pages"),
    Torture("million.pdf", lambda: _pdf_with_pages(b"/Kids [] /Count 1000000"), "has 1000000 pages, the limit is 2000"),
    Torture("deep.pdf", lambda: _pdf_with_pages(b"/Kids %s%s /Count 1" % (b"[" * 200_000, b"]" * 200_000)), "no text"),
    Torture("bomb.pdf", lambda: _pdf_of_one_page(_packed(b" " * 500 * MB)), f"crashes its reader|{TOO_MUCH}"),
    Torture("texts.pdf", lambda: _pdf_of_one_page(_many_texts()), f"{LOADED}|{TOO_MUCH}"),
    Torture("noise.pdf", lambda: b"%PDF-1.7\n" + _NOISE.randbytes(2 * MB), "is a broken PDF file"),
    Torture("laughs.docx", _billion_laughs, "declares XML entities"),
    Torture("external.docx", _external_entity, "declares XML entities"),
    Torture("packed.docx", lambda: docx(paragraph("word ") * 200_000), "unpacks to more than 100 times its size"),
    Torture("huge.docx", lambda: docx("".join(paragraph(str(_NOISE.random())) for _ in range(500_000))), TOO_MUCH),
    Torture("deep.docx", lambda: docx("<w:tbl>" * 3_000 + "</w:tbl>" * 3_000), "nested too deeply|holds no text"),
    Torture("cut.docx", lambda: docx(paragraph("x"))[:300], "is a broken zip file"),
    Torture("cells.xlsx", _empty_cells, f"no sheet names the columns|{TOO_MUCH}"),
    Torture("noise.xlsx", lambda: zip_file({"xl/workbook.xml": _NOISE.randbytes(9_999)}), "is broken, or not what"),
    Torture("cut.xlsx", lambda: xlsx({"S": [["question", "answer"], ["Why?", "So."]]})[:-9], "is a broken zip file"),
    Torture("nested.zip", _nested_bomb, "is an archive in an archive"),
    Torture("overlapping.zip", _overlapping_bomb, "its files overlap"),
    Torture("flat.zip", lambda: zip_file({f"{n}.md": "x" * 15 * MB for n in range(20)}), "has 300.0 MB unpacked"),
    Torture("ratio.zip", lambda: zip_file({"a.md": "x" * 15 * MB}), "unpacks to more than 100 times its size"),
    Torture("many.zip", lambda: zip_file({f"{n}.md": "" for n in range(10_001)}, ZIP_STORED), "holds 10001 files"),
    Torture("field.csv", lambda: b'question,answer\nWhy?,"' + b"x" * 50 * MB, "has 50.0 MB, the limit is 20 MB"),
    Torture("quotes.csv", lambda: b"question,answer\n" + b'"' * 19 * MB, "is no valid CSV"),
    Torture("commas.csv", lambda: b"," * 19 * MB, "must name the columns|no row with"),
    Torture("rows.csv", lambda: b"question,answer\n" + b"q,a\n" * 4 * MB, f"{LOADED}|{TOO_MUCH}"),
    Torture("deep.jsonl", lambda: b'{"question":' * 100_000, "nested too deeply"),
    Torture("deep.json", lambda: b"[" * 10 * MB, "nested too deeply"),
    Torture("deep.html", lambda: b"<div>" * 100_000 + b"deep", LOADED),
    Torture("brackets.html", lambda: b"<" * 10 * MB, f"holds no text|{TOO_MUCH}"),
    Torture("ampersands.html", lambda: b"&" * 10 * MB, f"holds no text|{TOO_MUCH}"),
    Torture("quotes.html", lambda: b'<a b="' * MB, f"is broken HTML|{TOO_MUCH}"),
    Torture("paragraphs.html", lambda: b"<p>x" * 4 * MB, f"{LOADED}|{TOO_MUCH}"),
    Torture("attributes.html", lambda: b"<a %s>text" % (b"x=1 " * 2 * MB), f"{LOADED}|{TOO_MUCH}"),
    Torture("brackets.md", lambda: b"[" * 10 * MB, LOADED),
    Torture("stars.md", lambda: b"* " * 9 * MB, LOADED),
    Torture("quotes.md", lambda: b">" * 19 * MB, LOADED),
    Torture("dashes.md", lambda: b"---\n" * 4 * MB, LOADED),
)

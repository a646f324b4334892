"""PDF files, written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600, 800
_FONTS = {"regular": "Helvetica", "bold": "Helvetica-Bold", "code": "Courier"}


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `left` and `bottom` in points from the page's lower left corner."""

    text: str
    left: float
    bottom: float
    size: float = 10
    font: str = "regular"


def pdf(pages: Sequence[Sequence[Text]]) -> bytes:
    """A file of these pages."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    fonts = "".join(
        f"/{name} << /Type /Font /Subtype /Type1 /BaseFont /{base} /Encoding /WinAnsiEncoding >> "
        for name, base in _FONTS.items()
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        f"<< /Font << {fonts}>> >>".encode(),
    ]
    for number, page in enumerate(pages):
        head = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Resources 3 0 R"
        objects += [f"{head} /Contents {5 + 2 * number} 0 R >>".encode(), stream(b"\n".join(map(_shown, page)))]
    return of_objects(objects)


def of_objects(objects: Sequence[bytes]) -> bytes:
    """A file of these objects, numbered from 1; the first one is its catalog."""
    data, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """An object that holds these bytes."""
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(data), entries, data)


def _shown(line: Text) -> bytes:
    escaped = line.text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode("cp1252")
    return b"BT /%s %g Tf %g %g Td (%s) Tj ET" % (line.font.encode(), line.size, line.left, line.bottom, escaped)

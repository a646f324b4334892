"""Text from bytes, without guessing."""

from __future__ import annotations

import codecs
from pathlib import PurePosixPath

from ingest.errors import DocumentUnreadable, EmptyDocument, shown
from ingest.loaders.base import RawDocument

# The beginnings of files that are often found under a wrong name; each is valid ASCII or UTF-8, so that it would
# otherwise pass as text. (PDF reference 7.5.2; RFC 1952 and others hold bytes that are no UTF-8 and need no entry.)
_MAGIC = {
    b"%PDF-": "a PDF file in spite of its name: rename it to .pdf",
    b"{\\rtf": "an RTF file in spite of its name: save it as .docx or text",
    b"PK\x03\x04": "a ZIP or Office file in spite of its name: rename it to .zip, .docx or .xlsx",
}
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def refuse_binary(raw: RawDocument) -> None:
    """Raises DocumentUnreadable for what is plainly no text."""
    for magic, advice in _MAGIC.items():
        if raw.data.startswith(magic):
            raise DocumentUnreadable(f"{shown(raw.uri)} is {advice}")
    if raw.data.startswith(_UTF16_MARKS):
        raise DocumentUnreadable(f"{shown(raw.uri)} is UTF-16: save it as UTF-8, e.g. {_iconv('UTF-16', raw)}")
    if b"\0" in raw.data:
        raise DocumentUnreadable(
            f"{shown(raw.uri)} is binary (zero byte at offset {raw.data.index(0)}): give a text file, or leave it out"
        )


def decode_utf8(raw: RawDocument) -> str:
    """The text, with "\\n" line ends and without byte order mark. Raises DocumentUnreadable or EmptyDocument."""
    refuse_binary(raw)
    try:
        text = raw.data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise DocumentUnreadable(
            f"{shown(raw.uri)} is not UTF-8 (byte 0x{raw.data[exc.start]:02x} at offset {exc.start}):"
            f" convert it, e.g. {_iconv('WINDOWS-1252', raw)}"
        ) from exc
    if not text.strip():
        raise EmptyDocument(f"{shown(raw.uri)} is empty: put text into it, or leave it out")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _iconv(encoding: str, raw: RawDocument) -> str:
    name = shown(PurePosixPath(raw.uri).name)
    return f"iconv -f {encoding} -t UTF-8 '{name}' > 'utf8-{name}'"

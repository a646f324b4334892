"""Text from bytes, without guessing."""

from __future__ import annotations

import codecs
from pathlib import Path

from ingest.errors import DocumentUnreadable, EmptyDocument, shown

# The beginnings of files that are often found under a wrong name; each is valid ASCII or UTF-8, so that it would
# otherwise pass as text. (PDF reference 7.5.2; RFC 1952 and others hold bytes that are no UTF-8 and need no entry.)
_MAGIC = {b"%PDF-": "a PDF file", b"{\\rtf": "an RTF file", b"PK\x03\x04": "a ZIP or Office file"}
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def refuse_binary(path: Path, data: bytes) -> None:
    """Raises DocumentUnreadable for what is plainly no text."""
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            raise DocumentUnreadable(f"{shown(path)} is {kind} in spite of its name: export it as text or HTML first")
    if data.startswith(_UTF16_MARKS):
        raise DocumentUnreadable(f"{shown(path)} is UTF-16: save it as UTF-8, e.g. {_iconv('UTF-16', path)}")
    if b"\0" in data:
        raise DocumentUnreadable(
            f"{shown(path)} is binary (zero byte at offset {data.index(0)}): give a text file, or leave it out"
        )


def decode_utf8(path: Path, data: bytes) -> str:
    """The text, with "\\n" line ends and without byte order mark. Raises DocumentUnreadable or EmptyDocument."""
    refuse_binary(path, data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise DocumentUnreadable(
            f"{shown(path)} is not UTF-8 (byte 0x{data[exc.start]:02x} at offset {exc.start}):"
            f" convert it, e.g. {_iconv('WINDOWS-1252', path)}"
        ) from exc
    if not text.strip():
        raise EmptyDocument(f"{shown(path)} is empty: put text into it, or leave it out")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _iconv(encoding: str, path: Path) -> str:
    name = shown(path.name)
    return f"iconv -f {encoding} -t UTF-8 '{name}' > 'utf8-{name}'"

"""Sources in portions."""

from __future__ import annotations

from pathlib import Path

from ingest.errors import DocumentTooLarge, IngestError
from ingest.reading.base import RefusedDocument, SourceFile
from ingest.spread.portions import PORTION_BYTES, PORTION_SOURCES, portions


def test_files_come_with_their_bytes(tmp_path: Path) -> None:
    """One that is too large, or gone, is refused, and what was refused before stays so."""
    (tmp_path / "a.md").write_bytes(b"text")
    (tmp_path / "b.md").write_bytes(b"x" * 1001)
    files = [SourceFile(str(tmp_path / name), name, path=tmp_path / name) for name in ("a.md", "b.md", "c.md")]
    page = SourceFile("https://a.example", "", data=b"page", media_type="text/html")
    earlier = RefusedDocument("https://b.example", IngestError("gone"))
    [portion] = portions([*files, page, earlier], 0.001)
    assert portion.sources == [SourceFile(str(tmp_path / "a.md"), "a.md", data=b"text"), page]
    assert [refused.uri for refused in portion.refused] == [files[1].uri, files[2].uri, earlier.uri]
    assert isinstance(portion.refused[0].error, DocumentTooLarge)


def test_portions_are_bounded_in_number_and_size() -> None:
    """All sources in order."""
    sources = [SourceFile(f"/{n}", str(n), data=bytes(PORTION_BYTES // 4)) for n in range(9)]
    assert [len(portion.sources) for portion in portions(sources, 20)] == [4, 4, 1]
    many = [SourceFile(f"/{n}", str(n), data=b"") for n in range(PORTION_SOURCES + 1)]
    given = [source for portion in portions(many, 20) for source in portion.sources]
    assert given == many
    assert max(len(portion.sources) for portion in portions(many, 20)) <= PORTION_SOURCES

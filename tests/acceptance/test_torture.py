"""Files that crash, hang or swell what reads them: each is read or named with its reason, and the rest go on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.loaders.base import LoadedDocument
from ingest.reading.base import ReadingLimits, RefusedDocument, SourceFile
from ingest.reading.reader import ChildReader
from tests.acceptance.torture_files import LOADED, TORTURES, Torture

MAX_MEMORY_KB = 512_000
GOOD = b"# Opening hours\nNine to five."
# Pages of nothing but pictures, a password, and a file of another kind under a PDF's name.
WITHOUT_TEXT = {
    "cmyk-image.pdf": "has no text on its pages",
    "grayscale-image.pdf": "has no text on its pages",
    "imagemagick-ASCII85Decode.pdf": "has no text on its pages",
    "imagemagick-CCITTFaxDecode.pdf": "has no text on its pages",
    "imagemagick-lzw.pdf": "has no text on its pages",
    "libreoffice-writer-password.pdf": "is protected by a password",
    "unreadablemetadata.pdf": "is a broken PDF file",
}


@pytest.fixture
def reader() -> Iterator[ChildReader]:
    with ChildReader(ReadingLimits(cpu_s=10)) as reader:
        yield reader


def peak_memory_kb(reader: ChildReader) -> int:
    """The child's, so far; 0 where the document has cost it its life."""
    if reader.child_pid is None:
        return 0
    status = Path(f"/proc/{reader.child_pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0])


def outcome(reader: ChildReader, source: SourceFile) -> str:
    """LOADED or the one-line reason. Either way a good document is read afterwards, and memory was within its limit."""
    entries = reader.read(source)
    assert peak_memory_kb(reader) <= MAX_MEMORY_KB
    refused = [entry for entry in entries if isinstance(entry, RefusedDocument)]
    for entry in refused:
        assert source.uri in str(entry.error)
        assert "\n" not in str(entry.error)
    [good] = reader.read(SourceFile("good", "good.md", data=GOOD))
    assert isinstance(good, LoadedDocument)
    return str(refused[0].error) if refused else LOADED


@pytest.mark.timeout(400)
@pytest.mark.parametrize("torture", TORTURES, ids=lambda torture: torture.name)
def test_a_file_made_to_do_harm_is_read_or_named(torture: Torture, reader: ChildReader, tmp_path: Path) -> None:
    """Bombs, loops, depth, endless repetition: within its limits, with a reason, and never at another's cost."""
    path = tmp_path / torture.name
    path.write_bytes(torture.make())
    assert re.search(torture.expected, outcome(reader, SourceFile(str(path), path.name, path)))


def test_pdf_files_that_broke_other_parsers_are_read(shared_data: Path, reader: ChildReader) -> None:
    """All but those without text, each of which is told why."""
    paths = sorted((shared_data / "torture" / "pdf").glob("*.pdf"))
    found = {path.name: outcome(reader, SourceFile(str(path), path.name, path)) for path in paths}
    assert len(found) == 31
    assert {name for name, reason in found.items() if reason != LOADED} == set(WITHOUT_TEXT)
    for name, reason in WITHOUT_TEXT.items():
        assert reason in found[name]


def test_fuzzed_pages_are_read_or_named(shared_data: Path, reader: ChildReader) -> None:
    """Pages that once crashed an HTML parser."""
    paths = sorted((shared_data / "torture" / "html").glob("*-*"))
    found = [outcome(reader, SourceFile(str(path), f"{path.name}.html", path)) for path in paths]
    assert len(found) == 16


def test_printed_articles_are_read(shared_data: Path, reader: ChildReader) -> None:
    """PDF and HTML, all by one child."""
    paths = sorted(path for path in (shared_data / "printed-articles").iterdir() if path.suffix != ".txt")
    found = [outcome(reader, SourceFile(str(path), path.name, path)) for path in paths]
    assert found == [LOADED] * 5

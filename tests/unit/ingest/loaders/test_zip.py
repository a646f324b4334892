"""Archives: what of them is read, and what is refused before it is unpacked."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import DocumentTooLarge, DocumentUnreadable, EmptyDocument, IngestError
from ingest.loaders.archive import Members, members_of
from ingest.loaders.options import ReadingLimits
from ingest.loaders.zip_members import open_zip, read_member
from tests.fakes.office_files import zip_file

LIMITS = ReadingLimits()


def members(data: bytes, limits: ReadingLimits = LIMITS) -> Members:
    with open_zip("/faq.zip", io.BytesIO(data)) as archive:
        return members_of("/faq.zip", archive, limits)


def test_supported_members_are_found() -> None:
    """In the archive's order, with uris below its own; hidden files are passed over, others are counted."""
    names = ("b.md", "sub/a.HTML", ".git/x.md", "sub/.x.md", "__MACOSX/._b.md", "x.png", "y.png", "Makefile", "sub/")
    found = members(zip_file(dict.fromkeys(names, "")))
    assert [(member.uri, member.fault) for member in found.found] == [
        ("/faq.zip/b.md", None),
        ("/faq.zip/sub/a.HTML", None),
    ]
    assert found.note("/faq.zip") == ("/faq.zip: passed over files in it (.png: 2, no suffix: 1)",)


@pytest.mark.parametrize("names", [(), ("x.png",), (".hidden.md",)])
def test_an_archive_without_documents_is_refused(names: tuple[str, ...]) -> None:
    """It may be the wrong one."""
    with pytest.raises(EmptyDocument, match=r"^/faq\.zip has no file of a supported kind in it"):
        members(zip_file(dict.fromkeys(names, "x")))


@pytest.mark.parametrize(
    ("name", "shown", "reason"),
    [
        ("/etc/passwd.md", r"/faq.zip//etc/passwd.md", "has a name that leads out of the archive"),
        ("a/../../b.md", "/faq.zip/a/../../b.md", "has a name that leads out of the archive"),
        ("..\\b.md", "/faq.zip/..\\b.md", "has a name that leads out of the archive"),
        ("C:\\b.md", "/faq.zip/C:\\b.md", "has no name of a file"),
        ("a\x1b[2J.md", r"/faq.zip/a\x1b[2J.md", "has no name of a file"),
        ("inner.zip", "/faq.zip/inner.zip", "is an archive in an archive"),
    ],
)
def test_a_member_with_a_bad_name_is_refused(name: str, shown: str, reason: str) -> None:
    """It is named; the others are read."""
    bad, good = members(zip_file({name: "x", "good.md": "x"})).found
    assert str(bad.fault).startswith(f"{shown} {reason}")
    assert good.fault is None


def test_a_name_that_occurs_twice_is_refused_once() -> None:
    """Of two documents under one uri the second would silently replace the first."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.md", "one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.md", "two")
    assert [str(member.fault)[:37] for member in members(buffer.getvalue()).found] == [
        "None",
        "/faq.zip/a.md is in the archive twice",
    ]


def test_symbolic_links_are_refused() -> None:
    """They would lead to files of whoever reads the archive."""
    link = zipfile.ZipInfo("a.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "is a symbolic link" in str(members(buffer.getvalue()).found[0].fault)


def test_encrypted_members_are_refused() -> None:
    """By their flag: there is nobody to ask for a password."""
    data = bytearray(zip_file({"a.md": "x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "is protected by a password" in str(members(bytes(data)).found[0].fault)


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused(compression: int) -> None:
    """zipfile unpacks these without a bound."""
    assert "is packed in an unusual way" in str(members(zip_file({"a.md": "x"}, compression)).found[0].fault)


@pytest.mark.parametrize(
    ("contents", "limits", "error", "reason"),
    [
        ({"a.md": "x", "b.md": "x"}, ReadingLimits(max_members=1), DocumentTooLarge, "holds 2 files, the limit is 1"),
        (
            {"a.md": "x" * 600, "b.png": "x" * 600},
            ReadingLimits(max_unpacked_mb=0.001),
            DocumentTooLarge,
            "has 0.0 MB unpacked, the limit is 0.001 MB",
        ),
    ],
)
def test_an_archive_that_is_too_large_is_refused_whole(
    contents: Mapping[str, str], limits: ReadingLimits, error: type[IngestError], reason: str
) -> None:
    """By what it declares, before anything is unpacked."""
    with pytest.raises(error, match=reason):
        members(zip_file(contents), limits)


def test_a_member_that_unpacks_to_too_much_is_refused() -> None:
    """By its ratio, or by the limit of any document."""
    bomb, large = members(zip_file({"bomb.md": "x" * 9_000_000, "large.md": b"x" * 99}), LIMITS).found
    assert "unpacks to more than 100 times its size" in str(bomb.fault)
    assert large.fault is None
    [_, large] = members(zip_file({"a.md": "x", "large.md": "x" * 2_000}), ReadingLimits(max_document_mb=0.001)).found
    assert isinstance(large.fault, DocumentTooLarge)


def overlapping(count: int) -> bytes:
    """An archive of `count` names for one and the same file, as the known bombs have."""
    data = zip_file({"0.md": "x" * 1_000_000})
    directory, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entries = b"".join(data[directory:end].replace(b"0.md", b"%x.md" % number) for number in range(count))
    fields = list(struct.unpack("<4s4H2LH", data[end : end + 22]))
    fields[3] = fields[4] = count
    fields[5] = len(entries)
    return data[:directory] + entries + struct.pack("<4s4H2LH", *fields)


def test_overlapping_members_are_refused() -> None:
    """They are how a small archive unpacks to an endless one."""
    assert len(members(overlapping(1)).found) == 1
    with pytest.raises(DocumentUnreadable, match="its files overlap"):
        members(overlapping(9))


def test_a_member_that_lies_about_its_size_is_broken() -> None:
    """No more is unpacked than it declares."""
    data = bytearray(zip_file({"a.md": "x" * 5_000}))
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = struct.pack("<L", 10)
    with open_zip("/faq.zip", io.BytesIO(bytes(data))) as archive:
        [member] = members_of("/faq.zip", archive, LIMITS).found
        with pytest.raises(DocumentUnreadable, match=r"^/faq\.zip/a\.md is broken \(Bad CRC-32"):
            read_member(member.uri, archive, member.info)


@pytest.mark.parametrize("name", ["für.md", "常见问题.md"])
def test_names_are_utf8_if_they_can_be(name: str) -> None:
    """Whether they say so or not, as macOS writes them."""
    data = zip_file({"x" * len(name.encode()): "x"}).replace(b"x" * len(name.encode()), name.encode())
    assert [member.uri for member in members(data).found] == [f"/faq.zip/{name}"]


@given(
    st.binary(max_size=60).map(lambda noise: zip_file({"a.md": "x" * 100}) + noise), st.integers(0, 250), st.binary()
)
def test_a_damaged_archive_is_read_or_refused(data: bytes, place: int, noise: bytes) -> None:
    """Whatever is damaged, nothing but a refusal is raised."""
    damaged = data[:place] + noise + data[place + len(noise) :]
    with suppress(IngestError), open_zip("/faq.zip", io.BytesIO(damaged)) as archive:
        for member in members_of("/faq.zip", archive, LIMITS).found:
            if member.fault is None:
                assert len(read_member(member.uri, archive, member.info)) <= member.info.file_size

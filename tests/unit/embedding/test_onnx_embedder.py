"""Texts in int8: near to float32, the same whoever asks, exported once, and refused where the model can't bear it."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.embedding.exported import exported_folder, fingerprint
from assistant.embedding.int8 import MIN_COSINE, export
from assistant.embedding.model_location import locate_model
from assistant.embedding.onnx_embedder import OnnxEmbedder
from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder
from assistant.errors import ConfigurationError

pytestmark = pytest.mark.xdist_group("embedding_model")

QUERIES = [f"How do I change the address of order {number}" + ", and why" * (number % 5) for number in range(19)]
NO_NETWORK = (
    "import socket\n"
    "def refuse(*args): raise AssertionError('network')\n"
    "socket.getaddrinfo = socket.socket.connect = refuse\n"
)


@pytest.fixture(scope="module")
def exact() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the export of the packaged model."""
    folder = tmp_path_factory.mktemp("cache")
    exported_folder(locate_model(""), folder)
    return folder


@pytest.fixture(scope="module")
def int8(cache: Path) -> OnnxEmbedder:
    return OnnxEmbedder("all-MiniLM-L6-v2", exported_folder(locate_model(""), cache))


def test_queries_are_near_those_in_float32(exact: SentenceTransformerEmbedder, int8: OnnxEmbedder) -> None:
    """In the order of the texts, although they run sorted by length: each is nearest to its own exact vector."""
    expected, vectors = exact.embed_queries(QUERIES), int8.embed_queries(QUERIES)
    cosines = vectors @ expected.T
    assert (str(vectors.dtype), vectors.shape) == ("float32", (19, 384))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert cosines.argmax(axis=1).tolist() == list(range(19))
    assert cosines.diagonal().min() > 0.98


def test_model_keeps_its_identity(exact: SentenceTransformerEmbedder, int8: OnnxEmbedder) -> None:
    """A knowledge set need not be embedded anew, nor is it split otherwise."""
    assert (int8.model_name, int8.identity) == (exact.model_name, exact.identity)
    assert (int8.dimension, int8.max_tokens) == (exact.dimension, exact.max_tokens)


def test_passages_are_near_those_in_float32(exact: SentenceTransformerEmbedder, int8: OnnxEmbedder) -> None:
    """Of all lengths, in the order of the texts, although several batches run side by side."""
    texts = [f"Parcel {number} is late. " * (1 + number * 7 % 40) for number in range(600)]
    vectors = int8.embed_passages(texts)
    some = range(0, 600, 29)
    expected = exact.embed_passages([texts[number] for number in some])
    assert (str(vectors.dtype), vectors.shape) == ("float32", (600, 384))
    assert (vectors[list(some)] * expected).sum(axis=1).min() > 0.98


def test_threads_share_the_work(cache: Path) -> None:
    """As many as are asked for; what they give is what one gives, but for the rounding of a batch."""
    folder = exported_folder(locate_model(""), cache)
    texts = [f"Parcel {number} is late." for number in range(64)]
    alone, shared = (OnnxEmbedder("m", folder, threads=threads).embed_passages(texts) for threads in (1, 3))
    assert np.allclose(alone, shared, atol=1e-5)


@pytest.mark.parametrize("text", ["", "hello world", "word " * 1000, "你好", "[PAD] [CLS] \x00\u202e"])
def test_tokens_are_counted_as_in_float32(exact: SentenceTransformerEmbedder, int8: OnnxEmbedder, text: str) -> None:
    """Whole, without special tokens."""
    assert int8.count_tokens(text) == exact.count_tokens(text)


@pytest.mark.parametrize("text", ["", "x", "word " * 1000, "你好", "[PAD] [CLS] \x00\u202e"])
def test_every_text_has_a_vector(int8: OnnxEmbedder, exact: SentenceTransformerEmbedder, text: str) -> None:
    """Empty, longer than the window, or hostile; and it is near the exact one."""
    [vector] = int8.embed_queries([text])
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-4)
    assert vector @ exact.embed_queries([text])[0] > MIN_COSINE


def test_no_queries_give_no_rows(int8: OnnxEmbedder) -> None:
    """With the right width."""
    assert int8.embed_queries([]).shape == (0, 384)


def test_threads_get_what_one_gets(int8: OnnxEmbedder) -> None:
    """The session and the tokenizer are shared."""
    expected = [int8.embed_queries([query]) for query in QUERIES]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda query: int8.embed_queries([query]), QUERIES))
    assert np.allclose(np.concatenate(found), np.concatenate(expected), atol=1e-5)


def test_export_is_made_once_without_network_and_used_without_torch(cache: Path) -> None:
    """What a worker does at its second start: nothing is loaded but onnxruntime."""
    before = sorted(path.name for path in cache.iterdir())
    code = (
        f"{NO_NETWORK}import sys\n"
        "from pathlib import Path\n"
        "from assistant.embedding.exported import exported_folder\n"
        "from assistant.embedding.model_location import locate_model\n"
        "from assistant.embedding.onnx_embedder import OnnxEmbedder\n"
        f"folder = exported_folder(locate_model(''), Path({str(cache)!r}))\n"
        "OnnxEmbedder('m', folder).embed_passages(['a'] * 20)\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(path.name for path in cache.iterdir()) == before
    assert len(before) == 1


def test_changed_model_is_exported_anew(tmp_path: Path) -> None:
    """The old export would embed questions with another model than the passages."""
    (tmp_path / "weights").write_text("one", encoding="utf-8")
    location = locate_model(str(tmp_path))
    first = fingerprint(location)
    assert fingerprint(location) == first
    (tmp_path / "weights").write_text("another", encoding="utf-8")
    assert fingerprint(location) != first


def test_model_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    """And nothing half-made stays in the cache."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match="EMBEDDING_MODEL") as refused:
        exported_folder(locate_model(str(tmp_path / "empty")), tmp_path / "cache")
    assert "\n" not in str(refused.value)
    assert list((tmp_path / "cache").iterdir()) == []


def other_words(encode: Any) -> Any:
    """An `encode` that does not give what the layers give."""
    return lambda texts, **options: encode([f"{text} no, something else" for text in texts], **options)


def failing(_: Any) -> Any:
    raise RuntimeError("no such input")


@pytest.mark.parametrize(
    ("method", "altered", "reason"),
    [("encode", other_words, "loses too much"), ("preprocess", lambda _: failing, "can't be exported")],
)
def test_model_that_int8_would_change_is_refused(
    exact: SentenceTransformerEmbedder, tmp_path: Path, method: str, altered: Any, reason: str
) -> None:
    """At start, with the setting to change, and not silently in float32."""
    embedder = copy.copy(exact)
    embedder._model = copy.copy(exact.model)
    setattr(embedder._model, method, altered(getattr(exact.model, method)))
    with pytest.raises(ConfigurationError, match=f"{reason}.*ASSISTANT_EMBEDDING_PRECISION=float32"):
        export(embedder, tmp_path)

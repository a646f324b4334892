"""The cross-encoder, on a tiny model that is made here: no real one can be had without a network."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from assistant.errors import ConfigurationError
from assistant.rerank import CrossEncoderReranker

library: Any = transformers
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "how", "long", "does", "it", "take", "three", "days", "zebra")
QUESTION = "how long does it take"
TEXTS = ["three days", "zebra", "it does take long long days", ""]


def made_model(folder: Path, outputs: int = 1) -> Path:
    """A cross-encoder with random weights, always the same."""
    torch.manual_seed(3)
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    library.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = library.BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=64, num_labels=outputs, initializer_range=1.0,
    )  # fmt: skip
    library.BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_model(tmp_path_factory.mktemp("models") / "cross-encoder")


def test_rerank_distance_is_one_less_the_sigmoid_of_the_models_output(folder: Path) -> None:
    """As the model itself gives it for the question together with each text, in their order."""
    tokenizer = library.BertTokenizerFast.from_pretrained(folder)
    model = library.BertForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        outputs = [model(**tokenizer(QUESTION, text, return_tensors="pt")).logits[0, 0] for text in TEXTS]
    expected = [1 - float(torch.sigmoid(output)) for output in outputs]
    assert CrossEncoderReranker(str(folder)).rerank_distances(QUESTION, TEXTS) == pytest.approx(expected, abs=1e-4)
    assert len(set(expected)) == len(TEXTS)


def test_texts_of_any_length_and_number_are_judged(folder: Path) -> None:
    """None, and more and longer ones than the model reads at once."""
    reranker = CrossEncoderReranker(str(folder))
    judged = reranker.rerank_distances(QUESTION * 500, ["long days " * 5000] * 21)
    assert (reranker.rerank_distances(QUESTION, []), len(judged)) == ([], 21)
    assert all(0 <= distance <= 1 for distance in judged)


def test_threads_get_their_own_judgements(folder: Path) -> None:
    """The same as one after the other."""
    reranker = CrossEncoderReranker(str(folder))
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda text: reranker.rerank_distances(QUESTION, [text]), TEXTS * 5))
    assert together == [pytest.approx(reranker.rerank_distances(QUESTION, [text])) for text in TEXTS * 5]


def test_what_is_no_reranker_is_refused(tmp_path: Path) -> None:
    """The message names the setting: a missing folder, one without a model, a model that chooses among classes."""
    (tmp_path / "empty").mkdir()
    made_model(tmp_path / "classes", outputs=3)
    for name, reason in (("missing", "is not a folder"), ("empty", "can't be loaded"), ("classes", "gives 3 values")):
        with pytest.raises(ConfigurationError, match=f"ASSISTANT_RERANKER_MODEL=.*{name} {reason}"):
            CrossEncoderReranker(str(tmp_path / name))

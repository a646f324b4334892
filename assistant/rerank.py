"""A second look at the passages that were found: a model reads each together with the question."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from assistant.errors import ConfigurationError

RERANKED = 20
"""Passages of a search that are reranked, at most."""
_BATCH_SIZE = 8
_MAX_CHARS = 8_000
"""Of a text: about four times what a model's window of 512 tokens holds, so that tokenising is bounded as well."""


class Reranker(Protocol):
    """Judges how well passages answer a question. Safe to share between threads.

    `rerank_distances` gives for each text, in order, a value in [0, 1], smaller is better.
    """

    def rerank_distances(self, question: str, texts: Sequence[str]) -> list[float]: ...


class CrossEncoderReranker:
    """A Reranker on a cross-encoder with one output (a folder, or a name on the hub), loaded when it is made (seconds).
    One call at a time: two at once would take as long each, and twice the memory. Raises ConfigurationError."""

    def __init__(self, model: str) -> None:
        self._lock = threading.Lock()
        self._model = _loaded(model)

    def rerank_distances(self, question: str, texts: Sequence[str]) -> list[float]:
        if not texts:
            return []
        pairs = [(question[:_MAX_CHARS], text[:_MAX_CHARS]) for text in texts]
        with self._lock:
            logits = self._model.predict(pairs, batch_size=_BATCH_SIZE, show_progress_bar=False, **_plain_logits())
        # 1 - sigmoid(logit), in a form that never overflows.
        return [float(value) for value in 0.5 * (1 - np.tanh(np.asarray(logits, dtype=np.float64) / 2))]


def _loaded(model: str) -> Any:
    looks_like_path = model.startswith((".", "/", "~")) or model.count("/") > 1
    source = str(Path(model).expanduser())
    if looks_like_path and not Path(source).is_dir():
        raise ConfigurationError(
            f"ASSISTANT_RERANKER_MODEL={model} is not a folder: give a cross-encoder's folder or"
            " its name on the model hub"
        )
    try:
        library: Any = import_module("sentence_transformers")
        loaded = library.CrossEncoder(source if looks_like_path else model, device="cpu")
    except ImportError as exc:
        raise ConfigurationError(
            "ASSISTANT_RERANKER_MODEL needs sentence-transformers: pip install 'llamadesk[worker]'"
        ) from exc
    except Exception as exc:  # what can't be loaded fails in transformers, torch or the network, in many ways
        reason = type(exc).__name__
        raise ConfigurationError(
            f"ASSISTANT_RERANKER_MODEL={model} can't be loaded ({reason}): give a cross-encoder's folder, or its name"
            " on the model hub"
        ) from exc
    outputs = loaded.model.config.num_labels
    if outputs != 1:
        raise ConfigurationError(
            f"ASSISTANT_RERANKER_MODEL={model} gives {outputs} values a passage, not one: choose a reranker"
        )
    return loaded


def _plain_logits() -> dict[str, Any]:
    """Models differ in whether the sigmoid is part of them."""
    torch: Any = import_module("torch")
    return {"activation_fn": torch.nn.Identity()}

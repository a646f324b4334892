"""Vectors from a sentence-transformers model, held in this process."""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

import numpy as np

from assistant.embedding.base import EmbeddingModel, Vectors
from assistant.embedding.model_location import ModelLocation, locate_model
from assistant.embedding.prompts import model_prompts
from assistant.errors import ConfigurationError

# Measured on two cores, 240-token passages/s: 4: 25, 8: 26, 16: 30, 32: 27, 64: 16 (the caches overflow).
CPU_BATCH_SIZE = 16
GPU_BATCH_SIZE = 128
# CPU ms a query of 12 tokens on one core and on two: alone 28 and 43 (250 on a busy machine), 8 together 8.0 and 8.9.
FEW_TEXTS = 8


class SentenceTransformerEmbedder:
    """An Embedder on sentence-transformers; "" is the embedded all-MiniLM-L6-v2, which never needs the network.

    `model` is also a local folder or a name on the model hub. Importing this module is cheap: torch comes in with the
    first instance, and must not be forked after. Raises ConfigurationError when the model can't be loaded.
    """

    def __init__(self, model: str = "") -> None:
        location = locate_model(model)
        self._name = location.name
        with _quiet_transformers():
            self._model = _load(location)
        self._batch_size = CPU_BATCH_SIZE if self._model.device.type == "cpu" else GPU_BATCH_SIZE
        self._prompts = model_prompts(location.name, self._model.prompts)
        self._tokenizer = _counting_tokenizer(self._model)
        # Each call uses all cores: several at once only take them from each other.
        self._one_at_a_time = threading.Lock()
        # The first call sets the shared tokenizer's padding and truncation: done here, threads never do it at once.
        self._dimension = int(self._encode(["a"], self._prompts.passage).shape[1])
        self._max_tokens = _window(self._model) - self.count_tokens(self._prompts.passage)

    @property
    def model_name(self) -> str:
        """The embedded model's short name, the folder's absolute path, or the hub name."""
        return self._name

    @property
    def identity(self) -> EmbeddingModel:
        return EmbeddingModel(self._name, self._dimension, self._prompts.query, self._prompts.passage)

    @property
    def model(self) -> Any:
        """The SentenceTransformer itself."""
        return self._model

    @property
    def window(self) -> int:
        """Its longest input in tokens."""
        return _window(self._model)

    @property
    def dimension(self) -> int:
        return self._dimension

    @property
    def max_tokens(self) -> int:
        """The model's window less the prompt that goes before each passage."""
        return self._max_tokens

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, self._prompts.query)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, self._prompts.passage)

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        if not texts:
            return np.empty((0, self._dimension), dtype=np.float32)
        with self._one_at_a_time, _on_few_cores(len(texts)):
            vectors = self._model.encode(
                list(texts),
                prompt=prompt,
                batch_size=self._batch_size,
                show_progress_bar=False,
                normalize_embeddings=True,
            )
        return np.asarray(vectors, dtype=np.float32)


@contextmanager
def _on_few_cores(texts: int) -> Iterator[None]:
    """A few texts are embedded on one core: threads wait for each other spinning, at a busy machine many times as long
    as they compute. Only for the holder of the lock, as torch's number is the process's."""
    import torch

    cores = torch.get_num_threads()
    if texts > FEW_TEXTS or cores == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(cores)


def _load(location: ModelLocation) -> Any:
    """The model; its code is never run (trust_remote_code stays off), only its weights are read."""
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as exc:
        raise ConfigurationError(
            "EMBEDDING_MODEL needs sentence-transformers: pip install 'llamadesk[worker]'"
        ) from exc
    try:
        if not location.local:
            # What was fetched once is used as it is: without a network the hub is asked for a minute and more.
            with suppress(Exception):
                return SentenceTransformer(location.source, local_files_only=True)
        return SentenceTransformer(location.source, local_files_only=location.local)
    except Exception as exc:  # a broken model fails in torch, safetensors, json, tokenizers or the hub
        reason = (str(exc).strip() or type(exc).__name__).splitlines()[0]
        raise ConfigurationError(
            f"EMBEDDING_MODEL={location.name} can't be loaded: give a folder or hub name of a sentence-transformers"
            f" model, or leave it unset for the embedded one ({reason})"
        ) from exc


def _counting_tokenizer(model: Any) -> Any:
    """The model's tokenizer without truncation, in a copy: the original's belongs to the threads that encode."""
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ConfigurationError("EMBEDDING_MODEL has no fast tokenizer (tokenizer.json): choose a model that has one")
    tokenizer = copy.deepcopy(backend)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _window(model: Any) -> int:
    """The longest input in tokens; some models name none, then 512, the commonest of encoders."""
    return int(model.max_seq_length or 512)


@contextmanager
def _quiet_transformers() -> Iterator[None]:
    """Loading prints no progress bars and no advice for model authors; what was set before is set again after."""
    try:
        transformers_logging: Any = import_module("transformers.utils.logging")
    except ImportError:
        yield
        return
    bars = transformers_logging.is_progress_bar_enabled()
    loggers = [logging.getLogger(name) for name in ("sentence_transformers", "huggingface_hub")]
    levels = [logger.level for logger in loggers]
    transformers_logging.disable_progress_bar()
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if bars:
            transformers_logging.enable_progress_bar()

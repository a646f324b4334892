"""Vectors through onnxruntime: in int8, and without torch."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from assistant.embedded.machine import available_cores
from assistant.embedding.base import EmbeddingModel, Vectors
from assistant.embedding.exported import MODEL_FILE, TOKENIZER_FILE, About
from assistant.embedding.token_batches import token_batches
from assistant.errors import ConfigurationError

FEW_TEXTS = 8
"""So many are embedded in the caller's thread, as it comes for one question; more go to all cores."""

# So many texts at a time are in memory as tokens.
_SLICE = 512


class OnnxEmbedder:
    """An Embedder on the export in `folder` (see exported.py) of the model with that name.

    Its vectors lie so near to those in float32 (checked when the model is exported) that both have one name: a
    knowledge set embedded in one precision is searched in the other. One core embeds a batch: two threads on one batch
    wait for each other, spinning (CPU ms a passage of 254 tokens: 50 on one core, 85 on two), so many texts are several
    batches side by side instead.
    """

    def __init__(self, model_name: str, folder: Path, threads: int | None = None) -> None:
        try:
            runtime: Any = import_module("onnxruntime")
            tokenizers: Any = import_module("tokenizers")
        except ImportError as exc:
            raise ConfigurationError(
                "ASSISTANT_EMBEDDING_PRECISION=int8 needs onnxruntime: pip install 'llamadesk[worker]'"
            ) from exc
        self._about = About.read(folder)
        self._identity = self._about.identity(model_name)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        model = str(folder / MODEL_FILE)
        self._session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._counting, self._tokenizer = (tokenizers.Tokenizer.from_file(str(folder / TOKENIZER_FILE)) for _ in "ab")
        for tokenizer in (self._counting, self._tokenizer):
            tokenizer.no_truncation()
            tokenizer.no_padding()
        self._tokenizer.enable_truncation(self._about.window)
        self._max_tokens = self._about.window - self.count_tokens(self._about.passage_prompt)
        self._threads = threads or available_cores()
        self._pool: ThreadPoolExecutor | None = None
        self._starting = threading.Lock()

    @property
    def model_name(self) -> str:
        return self._identity.name

    @property
    def identity(self) -> EmbeddingModel:
        return self._identity

    @property
    def dimension(self) -> int:
        return self._identity.dimension

    @property
    def max_tokens(self) -> int:
        """The model's window less the prompt that goes before each passage."""
        return self._max_tokens

    def count_tokens(self, text: str) -> int:
        return len(self._counting.encode(text, add_special_tokens=False).ids)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, self._about.query_prompt)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, self._about.passage_prompt)

    def _embed(self, texts: Sequence[str], prompt: str) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _SLICE):
            part = [prompt + text for text in texts[start : start + _SLICE]]
            encodings = self._tokenizer.encode_batch(part)
            batches = list(token_batches([len(encoding.ids) for encoding in encodings]))
            runs = ([encodings[number] for number in batch] for batch in batches)
            run_all = map if len(part) <= FEW_TEXTS or self._threads == 1 else self._side_by_side().map
            for batch, rows in zip(batches, run_all(self._run, runs), strict=True):
                vectors[[start + number for number in batch]] = rows
        return vectors

    def _side_by_side(self) -> ThreadPoolExecutor:
        """The threads, started when first wanted: a worker, which embeds only questions, never does."""
        with self._starting:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="embedding")
            return self._pool

    def _run(self, encodings: Sequence[Any]) -> Vectors:
        """The unit vectors of texts that are filled up to the length of the longest."""
        shape = (len(encodings), max(len(encoding.ids) for encoding in encodings))
        ids = np.full(shape, self._about.pad_id, dtype=np.int64)
        mask, types = (np.zeros(shape, dtype=np.int64) for _ in "ab")
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
            types[row, : len(encoding.ids)] = encoding.type_ids
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        given = {name: array for name, array in inputs.items() if name in self._inputs}
        rows = np.asarray(self._session.run(None, given)[0], dtype=np.float32)
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(min=1e-12)
        return unit

"""Queries through onnxruntime: what a worker uses, which embeds nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from assistant.embedding.base import Vectors
from assistant.embedding.exported import MODEL_FILE, TOKENIZER_FILE, About
from assistant.errors import ConfigurationError

# Larger batches are no cheaper a query, and pad short queries to the length of long ones.
_BATCH_SIZE = 8


class OnnxQueryEmbedder:
    """A QueryEmbedder on the export in `folder` (see exported.py) of the model with that name; one core a call.

    Passages are embedded in float32 by another class under the same name: the vectors lie so near to each other
    (checked when the model is exported) that they are compared, and a knowledge set need not be embedded anew.
    """

    def __init__(self, model_name: str, folder: Path) -> None:
        try:
            runtime: Any = import_module("onnxruntime")
            tokenizers: Any = import_module("tokenizers")
        except ImportError as exc:
            raise ConfigurationError(
                "ASSISTANT_EMBEDDING_PRECISION=int8 needs onnxruntime: pip install 'llamadesk[worker]'"
            ) from exc
        self._name = model_name
        self._about = About.read(folder)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1  # a second thread costs more than it gives at this size
        options.log_severity_level = 3
        model = str(folder / MODEL_FILE)
        self._session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.enable_truncation(self._about.window)
        self._tokenizer.enable_padding(pad_id=self._about.pad_id, pad_token=self._about.pad_token)

    @property
    def model_name(self) -> str:
        return self._name

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self._about.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        for start in range(0, len(order), _BATCH_SIZE):
            numbers = order[start : start + _BATCH_SIZE]
            vectors[numbers] = self._run([self._about.prompt + texts[number] for number in numbers])
        return vectors

    def _run(self, texts: list[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch(texts)
        inputs = {
            "input_ids": np.array([encoding.ids for encoding in encodings], dtype=np.int64),
            "attention_mask": np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64),
            "token_type_ids": np.array([encoding.type_ids for encoding in encodings], dtype=np.int64),
        }
        given = {name: array for name, array in inputs.items() if name in self._inputs}
        rows = np.asarray(self._session.run(None, given)[0], dtype=np.float32)
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(min=1e-12)
        return unit

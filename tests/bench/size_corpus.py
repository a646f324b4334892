"""A million short chunks of real text with their vectors, for bench_size: windows of 5 to 9 words over all documents
and questions of the shared data, in an order that is shuffled but always the same.

`python -m tests.bench.size_corpus --size 1000000`: embeds them with the packaged model in int8, on every core, into
build/bench/vectors/*.npy. Takes about 2 ms of a core a window; goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from importlib import import_module
from os import sched_getaffinity
from pathlib import Path
from typing import Any

import numpy as np

from assistant.embedding.base import Vectors
from assistant.embedding.exported import exported_folder
from assistant.embedding.model_location import EMBEDDED_MODEL, locate_model
from assistant.embedding.onnx_embedder import OnnxEmbedder
from tests.bench.figures import FOLDER

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
VECTORS = FOLDER / "vectors"
SHARD = 10_000
QUERIES = 1_000
_SHORTEST, _LONGEST = 5, 9
_SEED = 5


def texts(size: int) -> list[str]:
    """The first `size` windows, all different; fewer where the data holds no more. None is one of `queries`."""
    reserved = set(queries())
    windows = list(dict.fromkeys(window for window in _windows() if window not in reserved))
    random.Random(_SEED).shuffle(windows)
    return windows[:size]


def queries() -> list[str]:
    """Questions that people asked, which are none of the windows."""
    questions = sorted({text for path in _question_files() for text in _asked(path)})
    return random.Random(_SEED).sample(questions, QUERIES)


def vectors(size: int) -> Vectors:
    """Those of `texts(size)`, made where they are missing."""
    wanted = texts(size)
    pieces = [wanted[start : start + SHARD] for start in range(0, len(wanted), SHARD)]
    with ProcessPoolExecutor(len(sched_getaffinity(0))) as processes:
        files = list(processes.map(_shard, pieces))
    rows: Vectors = np.concatenate([np.load(file) for file in files])
    return rows


def embed(wanted: Sequence[str]) -> Vectors:
    """The vectors of these texts."""
    return _embedder().embed_queries(wanted)


def _shard(piece: Sequence[str]) -> Path:
    """The file of a piece's vectors, named by its texts; appears whole or not at all."""
    name = hashlib.sha256("\n".join(piece).encode()).hexdigest()[:24]
    file = VECTORS / f"{name}.npy"
    if not file.is_file():
        unfinished = VECTORS / f"{name}.unfinished.npy"
        np.save(unfinished, embed(piece))
        unfinished.rename(file)
    return file


@lru_cache(maxsize=1)
def _embedder() -> OnnxEmbedder:
    return OnnxEmbedder(EMBEDDED_MODEL, exported_folder(locate_model(""), VECTORS / "model"))


def _windows() -> Iterator[str]:
    """Two of different lengths at each word."""
    lengths = random.Random(_SEED)
    middle = (_SHORTEST + _LONGEST) // 2
    for text in _all_texts():
        words = text.split()
        for start in range(len(words) - _LONGEST):
            for length in (lengths.randint(_SHORTEST, middle), lengths.randint(middle + 1, _LONGEST)):
                yield " ".join(words[start : start + length])


def _all_texts() -> Iterator[str]:
    for path in sorted(DATA.glob("*/docs/*")):
        content = path.read_text(encoding="utf-8", errors="replace")
        yield _page_text(content) if path.suffix == ".html" else content
    for path in _question_files():
        yield "\n".join(_asked(path))


def _page_text(content: str) -> str:
    """What a page shows."""
    html: Any = import_module("lxml.html")
    page = html.fromstring(content.encode())
    return " ".join(page.xpath("//body//text()[not(ancestor::script or ancestor::style)]"))


def _question_files() -> list[Path]:
    return sorted(DATA.glob("*/questions.jsonl"))


def _asked(path: Path) -> list[str]:
    """The questions of a set, in its order, each once; of dialogues also the customers' earlier turns."""
    asked: dict[str, None] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        turns = (turn["text"] for turn in question["history"] if turn["role"] == "customer")
        asked |= dict.fromkeys(" ".join(text.split()) for text in (*turns, question["query"]))
    return list(asked)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=1_000_000)
    size = parser.parse_args().size
    print(f"{len(vectors(size))} vectors in {VECTORS}")


if __name__ == "__main__":
    main()

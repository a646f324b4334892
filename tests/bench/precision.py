"""What int8 costs and saves: recall on the shared data, nearness to float32, passages a second, and CPU time a query.

`python -m tests.bench.precision [--set NAME …] [--speed]`: embeds each set's passages and questions in both precisions
and searches exactly, in numpy; prints how often the right passage is among the first 1, 3, 5 with int8 on both sides,
with float32 on both, and with questions in int8 to passages in float32. Passages are the rows of tables, and windows of
words with the document's name before them: it is the precisions that are compared. Vectors are kept in
build/bench/vectors/ and used again. `--speed` measures alone, in turns, in one process; compare its times as ratios.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.embedding.base import Embedder, Vectors
from assistant.embedding.exported import exported_folder
from assistant.embedding.model_location import locate_model
from assistant.embedding.onnx_embedder import OnnxEmbedder
from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder
from assistant.evaluation.hits import Wanted, wanted_passages
from assistant.evaluation.retrieval_measures import DEPTHS
from tests.bench.figures import FOLDER
from tests.bench.recall import DATA, answerable_questions, whole_query

TOGETHER = (1, 3, 8, 32)
WINDOW_WORDS, WINDOW_STEP = 180, 160
SLICE = 512
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to find, and the file that it is from."""

    uri: str
    text: str


def main() -> None:
    """Measure, print, and keep the figures in build/bench/precision.json."""
    names = sorted(path.parent.name for path in DATA.glob("*/questions.jsonl"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", dest="names", action="append", choices=names, help="only this one; repeatable")
    parser.add_argument("--speed", action="store_true", help="measure speed, not recall")
    wanted = parser.parse_args()
    location = locate_model("")
    small = OnnxEmbedder(location.name, exported_folder(location, FOLDER / "vectors" / "export"))
    embedders: dict[str, Embedder] = {"float32": SentenceTransformerEmbedder(), "int8": small}
    figures = speed(embedders) if wanted.speed else {name: recall(name, embedders) for name in wanted.names or names}
    (show_speed if wanted.speed else show_recall)(figures)
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / ("precision_speed.json" if wanted.speed else "precision.json")
    file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def recall(name: str, embedders: dict[str, Embedder]) -> Figures:
    """Recall at each depth for each pair of precisions (passages, questions), and the cosine between the two vectors of
    a passage."""
    found = passages(name)
    asked = answerable_questions(name)
    queries = [whole_query(question) for question in asked]
    stored = {key: kept(each.embed_passages, [p.text for p in found], f"{key}-p") for key, each in embedders.items()}
    sought = {key: kept(each.embed_queries, queries, f"{key}-q") for key, each in embedders.items()}
    cosines = (stored["float32"] * stored["int8"]).sum(axis=1)
    figures: Figures = {
        "passages": len(found),
        "questions": len(asked),
        "cosine": [float(cosines.mean()), float(cosines.min())],
    }
    for left, right in (("float32", "float32"), ("float32", "int8"), ("int8", "int8")):
        order = nearest(stored[left], sought[right])
        ranks = [
            first_hit(wanted_passages(question.gold), [found[n] for n in row])
            for question, row in zip(asked, order, strict=True)
        ]
        figures[f"{left}, {right}"] = [sum(rank < depth for rank in ranks) / len(ranks) for depth in DEPTHS]
    return figures


def passages(name: str) -> list[Passage]:
    """All of a set's."""
    found: list[Passage] = []
    for path in sorted((DATA / name / "docs").iterdir()):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".csv":
            rows = csv.DictReader(text.splitlines())
            found += [Passage(path.name, f"{row['question']}\n{row['answer']}") for row in rows]
            continue
        words = text.split()
        starts = range(0, max(len(words) - WINDOW_WORDS + WINDOW_STEP, 1), WINDOW_STEP)
        found += [Passage(path.name, f"{path.stem}\n{' '.join(words[n : n + WINDOW_WORDS])}") for n in starts]
    return found


def kept(embed: Callable[[Sequence[str]], Vectors], texts: list[str], kind: str) -> Vectors:
    """The texts' vectors, from the last time if they were these."""
    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    file = FOLDER / "vectors" / f"precision-{kind}-{digest}.npy"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, np.concatenate([embed(texts[n : n + SLICE]) for n in range(0, len(texts), SLICE)]))
    vectors: Vectors = np.load(file)
    return vectors


def nearest(stored: Vectors, sought: Vectors) -> np.typing.NDArray[np.intp]:
    """(questions, deepest): the numbers of the nearest passages, nearest first."""
    parts = [
        np.argsort(-(sought[n : n + SLICE] @ stored.T), axis=1, kind="stable")[:, : max(DEPTHS)]
        for n in range(0, len(sought), SLICE)
    ]
    return np.concatenate(parts)


def first_hit(wanted: Sequence[Wanted], hits: list[Passage]) -> int:
    """The place of the first passage that counts, from 0; beyond all depths if none does."""
    places = (place for place, hit in enumerate(hits) if any(each.is_met(hit) for each in wanted))
    return next(places, max(DEPTHS))


def speed(embedders: dict[str, Embedder]) -> Figures:
    """Passages a second at 256 tokens, wall clock and CPU ms each; CPU ms a query, for so many embedded together."""
    # To each name of a document comes its text: long enough for any window.
    whole = " ".join(path.read_text(encoding="utf-8") for path in sorted((DATA / "product-docs" / "docs").iterdir()))
    words = whole.split()
    long = [" ".join(words[n : n + 300]) for n in range(0, 64 * 200, 200)]
    short = [question.query for question in answerable_questions("health-faq")][: max(TOGETHER)]
    figures: Figures = {}
    for key, embedder in embedders.items():
        wall, spent = timed(lambda each=embedder: each.embed_passages(long), 3)  # type: ignore[misc]
        figures[key] = {"passages_s": len(long) / wall, "cpu_ms_a_passage": spent / len(long) * 1000}
        for count in TOGETHER:
            _, spent = timed(lambda each=embedder, n=count: each.embed_queries(short[:n]), 10)  # type: ignore[misc]
            figures[key][f"cpu_ms_a_query_{count}"] = spent / count * 1000
    return figures


def timed(work: Callable[[], object], times: int) -> tuple[float, float]:
    """Median seconds by the clock and of CPU; once before without measuring."""
    work()
    measured = []
    for _ in range(times):
        wall, spent = time.perf_counter(), time.process_time()
        work()
        measured.append((time.perf_counter() - wall, time.process_time() - spent))
    return median(wall for wall, _ in measured), median(spent for _, spent in measured)


def show_recall(figures: Figures) -> None:
    pairs = ("float32, float32", "float32, int8", "int8, int8")
    table = Table(
        "set", "passages", "questions", "cosine mean, least", *pairs, title="recall@1, 3, 5: passages, questions"
    )
    for name, measured in figures.items():
        counts = (str(measured["passages"]), str(measured["questions"]))
        table.add_row(name, *counts, *(joined(measured[key]) for key in ("cosine", *pairs)))
    Console(width=140).print(table)


def show_speed(figures: Figures) -> None:
    table = Table("measure", *figures, title="speed")
    for key in figures["int8"]:
        table.add_row(key, *(f"{measured[key]:.2f}" for measured in figures.values()))
    Console().print(table)


def joined(shares: Sequence[float]) -> str:
    return ", ".join(f"{share:.3f}" for share in shares)


if __name__ == "__main__":
    main()

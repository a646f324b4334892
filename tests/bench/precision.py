"""What queries in int8 cost and save: CPU time, nearness to float32, and recall on the shared data.

`python -m tests.bench.precision [--set NAME …]`: adds each set's documents (in float32, as always) to a database of its
own, then asks its questions in both precisions and prints how often the right passage is among the first 1, 3, 5, as
tests/bench/recall.py counts it. CPU times are measured in turns, in the same process; compare them as ratios.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from os import environ
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from assistant.database import open_pool
from assistant.embedded import Part, embedded_stack
from assistant.embedding.base import QueryEmbedder
from assistant.embedding.exported import exported_folder
from assistant.embedding.model_location import locate_model
from assistant.embedding.onnx_embedder import OnnxQueryEmbedder
from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder
from assistant.vector_store.base import RetrievedChunk, VectorStore
from assistant.vector_store.pgvector import PgVectorStore
from tests.bench.figures import FOLDER

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DEFAULT_SETS = ("health-faq", "personal-articles")
DEPTHS = (1, 3, 5)
TOGETHER = (1, 3, 8, 32)
Figures = dict[str, Any]


def main() -> None:
    """Measure, print, and keep the figures in build/bench/precision.json."""
    names = sorted(path.parent.name for path in DATA.glob("*/questions.jsonl"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", dest="names", action="append", choices=names, help="instead of the usual two")
    chosen = parser.parse_args().names or DEFAULT_SETS
    with tempfile.TemporaryDirectory() as folder, embedded_stack(Path(folder), [Part.POSTGRES]) as urls:
        exported = exported_folder(locate_model(""), Path(folder) / "cache")
        exact = SentenceTransformerEmbedder()
        embedders = (exact, OnnxQueryEmbedder(exact.model_name, exported))
        for name in chosen:
            add = [sys.executable, "-m", "ingest", "add", str(DATA / name / "docs"), "--knowledge-set", name, "--json"]
            environment = {**environ, "DATABASE_URL": urls.database_url}
            subprocess.run(add, env=environment, stdout=subprocess.DEVNULL, check=True)
        with open_pool(urls.database_url, max_size=1) as pool:
            store = PgVectorStore(pool)
            figures: Figures = {name: _recall(name, embedders, store) for name in chosen}
    figures["cpu_ms_a_query"] = _cpu_times(chosen[0], embedders)
    _show(figures)


def _questions(name: str) -> list[Any]:
    lines = (DATA / name / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [question for question in map(json.loads, lines) if question["answerable"] and question["gold"]]


def _recall(name: str, embedders: Sequence[QueryEmbedder], store: VectorStore) -> Figures:
    """Recall at each depth in float32 and int8, and the cosine between the two vectors of a question."""
    questions = _questions(name)
    texts = [question["query"] for question in questions]
    exact, small = (embedder.embed_queries(texts) for embedder in embedders)
    cosines = (exact * small).sum(axis=1)
    figures: Figures = {"questions": len(texts), "cosine": [float(cosines.mean()), float(cosines.min())]}
    for precision, vectors in (("float32", exact), ("int8", small)):
        found = [store.search(name, embedders[0].model_name, vector, max(DEPTHS)) for vector in vectors]
        ranks = [_first_hit(question["gold"], hits) for question, hits in zip(questions, found, strict=True)]
        figures[precision] = [sum(rank < depth for rank in ranks) / len(ranks) for depth in DEPTHS]
    return figures


def _first_hit(gold: list[Any], hits: list[RetrievedChunk]) -> int:
    """The place of the first chunk that counts, from 0; beyond all depths if none does."""
    for place, hit in enumerate(hits):
        for wanted in gold:
            is_table = wanted["uri"].endswith(".csv")
            if Path(hit.uri).name == wanted["uri"] and (not is_table or wanted["text"] in hit.text):
                return place
    return max(DEPTHS)


def _cpu_times(name: str, embedders: Sequence[QueryEmbedder]) -> Figures:
    """CPU milliseconds a query, for so many queries embedded together: float32, int8."""
    texts = [question["query"] for question in _questions(name)][: max(TOGETHER)]
    return {str(count): [_cpu_ms(embedder, texts[:count]) for embedder in embedders] for count in TOGETHER}


def _cpu_ms(embedder: QueryEmbedder, texts: list[str]) -> float:
    spent = []
    for _ in range(10):
        started = time.process_time()
        embedder.embed_queries(texts)
        spent.append(time.process_time() - started)
    return median(spent) / len(texts) * 1000


def _show(figures: Figures) -> None:
    table = Table("set", "questions", "cosine mean, least", "recall@1,3,5 float32", "int8", title="precision")
    for name, measured in figures.items():
        if name != "cpu_ms_a_query":
            columns = (_joined(measured[key]) for key in ("cosine", "float32", "int8"))
            table.add_row(name, str(measured["questions"]), *columns)
    Console().print(table)
    times = Table("queries together", "float32", "int8", "ratio", title="CPU ms a query")
    for count, (exact, small) in figures["cpu_ms_a_query"].items():
        times.add_row(count, f"{exact:.2f}", f"{small:.2f}", f"{exact / small:.1f}")
    Console().print(times)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "precision.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _joined(shares: Sequence[float]) -> str:
    return ", ".join(f"{share:.3f}" for share in shares)


if __name__ == "__main__":
    main()

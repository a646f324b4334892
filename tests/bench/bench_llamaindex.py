"""Llamadesk beside LlamaIndex: `python -m tests.bench.bench_llamaindex [--documents 40] [--rounds 2]`.

The same pages, the same model (the packaged all-MiniLM-L6-v2), chunks of 256 tokens with 25 of overlap, each contender
in a process of its own, one after the other, alternating. Theirs is run as it comes (10 texts a batch, vectors in
memory), with the larger batches that its documentation advises for speed, and with its pgvector store; ours always
writes to Postgres. Tokens are those that the model reads, headings and metadata included. LlamaIndex is installed from
PyPI into build/bench/llamaindex-venv. CPU seconds (the database's own left out) say more than seconds where the machine
has other work to do.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import venv
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import mean
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from assistant.embedded import Part, embedded_stack
from assistant.embedding.model_location import locate_model
from tests.bench.figures import FOLDER, keep, machine, percentile
from tests.bench.processes import ROOT
from tests.bench.usage import rss_mb

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SETS = {"service-dialogues": "*.md", "debian-faq": "*.html", "python-faq": "*.html"}
PACKAGES = (
    "torch==2.13.0",
    "llama-index-core==0.14.25",
    "llama-index-embeddings-huggingface==0.8.0",
    "llama-index-readers-file==0.7.0",
    "llama-index-vector-stores-postgres==0.9.0",
)
OURS = ("Llamadesk, int8", "Llamadesk, float32")
CONTENDERS: dict[str, dict[str, object]] = {
    "Llamadesk, int8": {"precision": "int8"},
    "LlamaIndex": {"batch": 0},
    "Llamadesk, float32": {"precision": "float32"},
    "LlamaIndex, batches of 64": {"batch": 64},
    "LlamaIndex, pgvector": {"batch": 64, "pgvector": True},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=40, help="of each set")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", action="append", choices=CONTENDERS, help="only this contender; repeatable")
    arguments = parser.parse_args()
    if not DATA.is_dir():
        parser.exit(message=f"bench_llamaindex: skipped, no data at {DATA}\n")
    python = theirs()
    task = {
        "pages": pages(arguments.documents),
        "questions": questions(arguments.queries),
        "model": str(locate_model("").source),
        "chunk_tokens": 256,
        "chunk_overlap": 25,
        "cache": str(FOLDER / "exported"),
    }
    runs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as home, embedded_stack(Path(home), [Part.POSTGRES]) as urls:
        for number in range(arguments.rounds):
            for name in arguments.only or CONTENDERS:
                set_name = f"round {number + 1} {name.split()[-1]}"
                own = task | CONTENDERS[name] | {"name": set_name, "database_url": urls.database_url}
                runs[name].append(run(name, own, python))
                print(f"round {number + 1}: {name} in {runs[name][-1]['seconds']:.1f} s", file=sys.stderr)
    show(runs, load_before=os.getloadavg()[0])


def theirs() -> Path:
    """The Python of an environment that has LlamaIndex, made if need be."""
    folder = FOLDER / "llamaindex-venv"
    python = folder / "bin" / "python"
    done = folder / "installed"
    if not done.exists() or done.read_text() != "\n".join(PACKAGES):
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        done.write_text("\n".join(PACKAGES))
    return python


def pages(count: int) -> list[str]:
    found = [sorted((DATA / name / "docs").glob(pattern))[:count] for name, pattern in SETS.items()]
    return [str(path) for paths in found for path in paths]


def questions(count: int) -> list[str]:
    lines = (DATA / "service-dialogues" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["query"] for line in lines[:count]]


def run(name: str, task: dict[str, Any], python: Path) -> dict[str, Any]:
    """One contender's figures; `peak_mb` is the resident memory of its processes, the database's own left out."""
    if name in OURS:
        command = [sys.executable, "-m", "tests.bench.llamadesk_contender"]
    else:
        command = [str(python), str(Path(__file__).with_name("llamaindex_contender.py"))]
        task = task | {"database_url": task["database_url"] if task.get("pgvector") else ""}
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    with (
        subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process,
        watched(process.pid) as peaks,
    ):
        output, _ = process.communicate(json.dumps(task))
    if process.returncode != 0:
        raise RuntimeError(f"{name} ended with {process.returncode}: the lines above say why")
    figures: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return figures | {"peak_mb": max(peaks)}


@contextmanager
def watched(pid: int) -> Iterator[list[float]]:
    """The resident memory of a process and its descendants in MB, five times a second while the block runs."""
    seen, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            try:
                seen.append(rss_mb(psutil.Process(pid)))
            except psutil.NoSuchProcess:
                return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def show(runs: dict[str, list[dict[str, Any]]], load_before: float) -> None:
    """As a table, and kept in build/bench/llamaindex.json."""
    kept = {name: _figures(own) for name, own in runs.items()}
    columns = list(dict.fromkeys(what for figures in kept.values() for what in figures))
    table = Table("", *columns, title="Llamadesk beside LlamaIndex")
    for name, figures in kept.items():
        table.add_row(name, *(f"{figures[what]:,.1f}" if what in figures else "" for what in columns))
    Console(width=140).print(table)
    keep("llamaindex", {"contenders": kept, "runs": runs, "load": load_before, "machine": machine()})


def _figures(runs: list[dict[str, Any]]) -> dict[str, float]:
    """The means over the rounds."""
    figures = {
        "chunks": mean(run["chunks"] for run in runs),
        "chunks/s": mean(run["chunks"] / run["seconds"] for run in runs),
        "tokens/s": mean(run["tokens"] / run["seconds"] for run in runs),
        "tokens/CPU s": mean(run["tokens"] / run["cpu_s"] for run in runs),
        "peak, MB": mean(run["peak_mb"] for run in runs),
        "query p50, ms": mean(percentile(run["query_ms"], 50) for run in runs),
    }
    shares = [run["share_in_model"] * 100 for run in runs if "share_in_model" in run]
    return figures | ({"in the model, %": mean(shares)} if shares else {})


if __name__ == "__main__":
    main()

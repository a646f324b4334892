"""How often the right passage is found: every set of the shared data, through the `ingest` command.

`python -m tests.bench.recall [--set NAME …]`: adds each set's documents to a database of its own, asks its questions
with `ingest search --queries`, and prints the share of answerable questions whose answer is among the first 1, 3, 5.
A result counts when it comes from a gold document and, for question-answer tables, holds the gold text.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from assistant.embedded import Part, embedded_stack
from tests.bench.figures import FOLDER

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DEPTHS = (1, 3, 5)
INGEST = [sys.executable, "-m", "ingest"]


@dataclass(frozen=True, slots=True)
class Recall:
    """`share` of `questions` for each of DEPTHS."""

    name: str
    questions: int
    share: tuple[float, ...]


def main() -> None:
    names = sorted(path.parent.name for path in DATA.glob("*/questions.jsonl"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", dest="names", action="append", choices=names, help="only this set; repeatable")
    chosen = parser.parse_args().names or names
    with tempfile.TemporaryDirectory() as folder, embedded_stack(Path(folder), [Part.POSTGRES]) as urls:
        environment = {**os.environ, "DATABASE_URL": urls.database_url}
        measured = [recall for name in chosen for recall in measure(name, Path(folder), environment)]
    show(measured)


def measure(name: str, folder: Path, environment: dict[str, str]) -> Iterator[Recall]:
    """The recall of one set; of dialogues also with all of the customer's turns as the query."""
    subprocess.run(
        [*INGEST, "add", str(DATA / name / "docs"), "--knowledge-set", name, "--json"],
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    lines = (DATA / name / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [question for question in map(json.loads, lines) if question["answerable"] and question["gold"]]
    file = folder / "queries.jsonl"
    yield ask(name, name, [(question, question["query"]) for question in questions], file, environment)
    if any(question["history"] for question in questions):
        whole = [(question, "\n".join([*_customer_turns(question), question["query"]])) for question in questions]
        yield ask(f"{name}, all customer turns", name, whole, file, environment)


def ask(title: str, name: str, asked_for: list[tuple[Any, str]], file: Path, environment: dict[str, str]) -> Recall:
    """Recall of these questions with their queries, asked in one process through `file`."""
    asked = [json.dumps({"id": number, "query": query}) for number, (_, query) in enumerate(asked_for)]
    file.write_text("\n".join(asked), encoding="utf-8")
    command = [
        *INGEST,
        "search",
        "--queries",
        str(file),
        "--top-k",
        str(max(DEPTHS)),
        "--knowledge-set",
        name,
        "--json",
    ]
    answered = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout
    found = {entry["id"]: entry["results"] for entry in map(json.loads, answered.splitlines())}
    ranks = [_first_hit(question["gold"], found[number]) for number, (question, _) in enumerate(asked_for)]
    share = tuple(sum(rank < depth for rank in ranks) / len(ranks) for depth in DEPTHS)
    return Recall(title, len(ranks), share)


def show(measured: list[Recall]) -> None:
    """As a table, and kept in build/bench/recall.json."""
    table = Table("set", "questions", *(f"recall@{depth}" for depth in DEPTHS), title="recall")
    for recall in measured:
        table.add_row(recall.name, str(recall.questions), *(f"{share:.3f}" for share in recall.share))
    Console().print(table)
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept = {recall.name: {"questions": recall.questions, **_by_depth(recall)} for recall in measured}
    (FOLDER / "recall.json").write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _by_depth(recall: Recall) -> dict[str, float]:
    return {f"recall@{depth}": round(share, 4) for depth, share in zip(DEPTHS, recall.share, strict=True)}


def _customer_turns(question: Any) -> list[str]:
    return [turn["text"] for turn in question["history"] if turn["role"] == "customer"]


def _first_hit(gold: list[Any], results: list[Any]) -> int:
    """The place of the first result that counts, from 0; beyond all depths if none does."""
    for place, result in enumerate(results):
        for wanted in gold:
            is_table = wanted["uri"].endswith(".csv")
            if Path(result["uri"]).name == wanted["uri"] and (not is_table or wanted["text"] in result["text"]):
                return place
    return max(DEPTHS)


if __name__ == "__main__":
    main()

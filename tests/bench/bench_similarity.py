"""Our similarity of answers to reference answers against published ones, on real answers of three models.

`python -m tests.bench.bench_similarity [--embedding-model NAME]`: embeds the answers of personal-articles, whose
similarities to the reference answers were published (cosine of all-mpnet-base-v2), and prints the means by model, and
how the values of the single answers correlate.
"""

from __future__ import annotations

import argparse
import json
from statistics import correlation, fmean

from rich.console import Console
from rich.table import Table

from assistant import wiring
from assistant.config import load_settings
from assistant.evaluation.similarity import similarities
from tests.bench.figures import keep
from tests.bench.recall import DATA


def main() -> None:
    """Measure, print, and keep the figures in build/bench/similarity.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedding-model", default="", help="a name or a folder; default: EMBEDDING_MODEL")
    wanted = parser.parse_args().embedding_model
    settings = load_settings()
    embedder = wiring.embedder_named(wanted or settings.embedding_model, settings)
    lines = (DATA / "personal-articles" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row.get("published_similarity")]
    table = Table("answers of", "ours, mean", "published, mean", "Pearson", "Spearman", title=embedder.model_name)
    figures = {}
    for name in rows[0]["published_similarity"]:
        published = [row["published_similarity"][name] for row in rows]
        ours = similarities(embedder, [(row["model_answers"][name], row["answer"]) for row in rows])
        ranked = correlation(_ranks(ours), _ranks(published))
        figures[name] = [fmean(ours), fmean(published), correlation(ours, published), ranked]
        table.add_row(name, *(f"{value:.3f}" for value in figures[name]))
    Console().print(table)
    keep("similarity", {"model": embedder.model_name, "answers": figures})


def _ranks(values: list[float]) -> list[float]:
    order = sorted(range(len(values)), key=values.__getitem__)
    places = {number: float(place) for place, number in enumerate(order)}
    return [places[number] for number in range(len(values))]


if __name__ == "__main__":
    main()

"""Makes a cross-encoder to measure reranking with, from the embedded model's weights and some sets of the shared data.

`python -m tests.bench.train_reranker --set NAME … --out FOLDER`: reads what was found for these sets' questions (see
tests/bench/evidence.py), and learns to tell the passages that answer a question from those that were found beside
them; `bench_retrieval --reranker FOLDER` then tells what reranking is worth on sets that it never saw. It is no match
for published rerankers, which have seen half a million pairs and not a few thousand.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from rich.progress import track
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from assistant.embedding.model_location import locate_model
from assistant.evaluation.hits import wanted_passages
from assistant.vector_store.base import RetrievedChunk
from tests.bench.evidence import Asked, gathered
from tests.bench.recall import set_names
from tests.bench.tried_reranker import SEEN

TOGETHER = 8
"""Questions a step."""
BESIDE = 2
"""Passages that do not answer it, for each question: the nearest one that was found, and one at random."""
MAX_TOKENS = 128
LEARNING_RATE = 1e-4
WARM_UP = 0.1
"""Of all steps."""

Example = tuple[str, str, float]
"""A question, a passage, and whether that answers it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", dest="names", action="append", choices=set_names(), required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=700, help="of each set, at most")
    options = parser.parse_args()
    torch.manual_seed(0)
    rng = random.Random(0)
    found = gathered(kept=True)
    questions = [
        example
        for name in options.names
        for example in _examples(rng.sample(found[name], min(options.questions, len(found[name]))), rng)
    ]
    source = locate_model("").source
    tokenizers: Any = AutoTokenizer
    tokenizer = tokenizers.from_pretrained(source)
    model: Any = AutoModelForSequenceClassification.from_pretrained(source, num_labels=1)
    steps = list(_steps(questions, rng))
    _train(model, tokenizer, steps)
    model.save_pretrained(options.out)
    tokenizer.save_pretrained(options.out)
    (options.out / SEEN).write_text(json.dumps(options.names), encoding="utf-8")
    print(f"{len(questions):,} questions, {len(steps):,} steps: {options.out}")


def _examples(asked: Sequence[Asked], rng: random.Random) -> Iterator[list[Example]]:
    everything = [chunk for each in asked for chunk in each.found.alone]
    for each in asked:
        text = each.found.searched[-1]
        passages = each.found.in_context or each.found.alone
        wanted = wanted_passages(each.question.gold) if each.answerable else ()
        right = [chunk for chunk in passages if _answers(chunk, wanted)]
        if each.answerable and not right:
            continue  # what is wanted was not found, so there is nothing to learn it from
        wrong = [chunk for chunk in passages if not _answers(chunk, wanted)][: BESIDE - 1]
        wrong.append(next(chunk for chunk in iter(lambda: rng.choice(everything), None) if not _answers(chunk, wanted)))
        yield [(text, chunk.text, 1.0) for chunk in right[:1]] + [(text, chunk.text, 0.0) for chunk in wrong]


def _answers(chunk: RetrievedChunk, wanted: Sequence[Any]) -> bool:
    return any(each.is_met(chunk) for each in wanted)


def _steps(questions: Sequence[list[Example]], rng: random.Random) -> Iterator[list[Example]]:
    shuffled = rng.sample(questions, len(questions))
    for start in range(0, len(shuffled), TOGETHER):
        yield [example for each in shuffled[start : start + TOGETHER] for example in each]


def _train(model: Any, tokenizer: Any, steps: Sequence[Sequence[Example]]) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=len(steps), pct_start=WARM_UP, anneal_strategy="linear"
    )
    model.train()
    for number, step in enumerate(track(steps, "Training")):
        questions, passages, wanted = zip(*step, strict=True)
        pairs = tokenizer(
            list(questions), list(passages), truncation="longest_first", max_length=MAX_TOKENS, padding=True,
            return_tensors="pt",
        )  # fmt: skip
        logits = model(**pairs).logits.squeeze(-1)
        loss: Any = torch.nn.functional.binary_cross_entropy_with_logits(
            logits, torch.tensor(wanted), pos_weight=torch.tensor(float(BESIDE))
        )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        if number % 20 == 0:
            print(f"step {number} of {len(steps)}: loss {loss.item():.3f}", flush=True)


if __name__ == "__main__":
    main()

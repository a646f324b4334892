"""Gathering the queries of many threads into batches."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest

from assistant.embedding.base import Vectors
from assistant.embedding.batching import BatchingEmbedder
from tests.fakes.until import until


class GatedEmbedder:
    """An Embedder whose calls wait for the gate; each text's vector holds its number; "bad…" raises."""

    model_name = "gated"
    dimension = 2
    max_tokens = 7

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)
        self.batches: list[list[str]] = []

    def count_tokens(self, text: str) -> int:
        return len(text)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(list(texts))
        self.entered.release()
        assert self.gate.wait(30)
        for text in texts:
            if text.startswith("bad"):
                raise ValueError(text)
        return np.asarray([[float(text), 0.0] for text in texts], dtype=np.float32).reshape(len(texts), 2)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 2), dtype=np.float32)


@pytest.fixture
def model() -> GatedEmbedder:
    return GatedEmbedder()


@pytest.fixture
def batching(model: GatedEmbedder) -> Iterator[BatchingEmbedder]:
    embedder = BatchingEmbedder(model, max_batch=4)
    yield embedder
    model.gate.set()
    embedder.close()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        yield pool


async def ask(
    calls: Sequence[Sequence[str]], batching: BatchingEmbedder, model: GatedEmbedder, threads: ThreadPoolExecutor
) -> list[Future[Vectors]]:
    """The first call runs, held at the gate, while the others come in one after the other; then the gate opens."""
    futures = [threads.submit(batching.embed_queries, calls[0])]
    assert model.entered.acquire(timeout=30)
    for number, texts in enumerate(calls[1:], start=1):
        futures.append(threads.submit(batching.embed_queries, texts))
        await until(lambda number=number: batching.waiting == number)  # type: ignore[misc]
    model.gate.set()
    return futures


def test_a_lone_query_goes_at_once(batching: BatchingEmbedder, model: GatedEmbedder) -> None:
    """Nothing else has to come for it."""
    model.gate.set()
    assert batching.embed_queries(["3", "1"]).tolist() == [[3.0, 0.0], [1.0, 0.0]]
    assert model.batches == [["3", "1"]]


async def test_what_arrives_during_a_batch_is_the_next_one(
    batching: BatchingEmbedder, model: GatedEmbedder, threads: ThreadPoolExecutor
) -> None:
    """In the order of arrival, up to max_batch texts, calls kept whole; each caller gets its own rows."""
    futures = await ask([["0"], ["1"], ["2", "3"], ["4", "5"], [], ["6"]], batching, model, threads)
    results = [future.result(30)[:, 0].tolist() for future in futures]
    assert results == [[0.0], [1.0], [2.0, 3.0], [4.0, 5.0], [], [6.0]]
    assert model.batches == [["0"], ["1", "2", "3"], ["4", "5", "6"]]


async def test_a_call_longer_than_a_batch_is_one_by_itself(
    batching: BatchingEmbedder, model: GatedEmbedder, threads: ThreadPoolExecutor
) -> None:
    """It is neither cut nor refused."""
    long = [str(number) for number in range(9)]
    futures = await ask([["0"], ["1"], long, ["2"]], batching, model, threads)
    assert [len(future.result(30)) for future in futures] == [1, 1, 9, 1]
    assert model.batches == [["0"], ["1"], long, ["2"]]


async def test_one_callers_bad_text_fails_no_other(
    batching: BatchingEmbedder, model: GatedEmbedder, threads: ThreadPoolExecutor
) -> None:
    """After the batch each call is tried alone, once; the errors are each caller's own."""
    good, first_bad, other, second_bad = await ask([["0"], ["bad 1"], ["2"], ["bad 2"]], batching, model, threads)
    assert [good.result(30).tolist(), other.result(30).tolist()] == [[[0.0, 0.0]], [[2.0, 0.0]]]
    for future, text in ((first_bad, "bad 1"), (second_bad, "bad 2")):
        with pytest.raises(ValueError, match=text):
            future.result(30)
    assert model.batches == [["0"], ["bad 1", "2", "bad 2"], ["bad 1"], ["2"], ["bad 2"]]


def test_a_lone_bad_text_is_tried_once(batching: BatchingEmbedder, model: GatedEmbedder) -> None:
    """A batch of one call has nothing to separate, and the next call works."""
    model.gate.set()
    with pytest.raises(ValueError, match="bad"):
        batching.embed_queries(["bad"])
    assert batching.embed_queries(["1"]).tolist() == [[1.0, 0.0]]
    assert model.batches == [["bad"], ["1"]]


async def test_closing_finishes_what_waits(model: GatedEmbedder, threads: ThreadPoolExecutor) -> None:
    """Then queries are refused, passages still go through, and a second close finds nothing to do."""
    batching = BatchingEmbedder(model)
    futures = await ask([["0"], ["1"], ["2"]], batching, model, threads)
    await asyncio.to_thread(batching.close)
    assert [future.result(0).tolist() for future in futures] == [[[0.0, 0.0]], [[1.0, 0.0]], [[2.0, 0.0]]]
    with pytest.raises(RuntimeError, match="closed"):
        batching.embed_queries(["3"])
    batching.close()


def test_it_bears_the_name_of_the_model_below(batching: BatchingEmbedder) -> None:
    """The store compares its vectors with that model's."""
    assert batching.model_name == "gated"


def test_a_batch_holds_at_least_one_text(model: GatedEmbedder) -> None:
    """Zero would wait for ever."""
    with pytest.raises(ValueError, match="max_batch"):
        BatchingEmbedder(model, max_batch=0)

"""LlamaIndex takes pages in and finds: run by bench_llamaindex in a Python environment of its own, which has nothing of
ours. What to do is a JSON object on standard input; the figures are one on standard output.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def main() -> None:
    wanted = json.load(sys.stdin)
    from llama_index.core import SimpleDirectoryReader, StorageContext, VectorStoreIndex  # type: ignore[import-not-found]
    from llama_index.core.node_parser import SentenceSplitter  # type: ignore[import-not-found]
    from llama_index.core.schema import MetadataMode  # type: ignore[import-not-found]
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding  # type: ignore[import-not-found]
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(wanted["model"])  # type: ignore[no-untyped-call]

    def tokens(text: str) -> list[int]:
        return list(tokenizer.encode(text, add_special_tokens=False))

    batch = {"embed_batch_size": wanted["batch"]} if wanted["batch"] else {}
    model = HuggingFaceEmbedding(model_name=wanted["model"], **batch)
    model.get_text_embedding("warm up")
    splitter = SentenceSplitter(
        chunk_size=wanted["chunk_tokens"], chunk_overlap=wanted["chunk_overlap"], tokenizer=tokens
    )
    started, worked = time.perf_counter(), time.process_time()
    documents = SimpleDirectoryReader(input_files=wanted["pages"]).load_data()
    nodes = splitter.get_nodes_from_documents(documents)
    storage = (
        StorageContext.from_defaults(vector_store=postgres(wanted["database_url"])) if wanted["database_url"] else None
    )
    index = VectorStoreIndex(nodes, embed_model=model, storage_context=storage)
    seconds, cpu_s = time.perf_counter() - started, time.process_time() - worked
    retriever = index.as_retriever(similarity_top_k=5)
    times = []
    for question in wanted["questions"]:
        asked = time.perf_counter()
        assert len(retriever.retrieve(question)) == 5
        times.append((time.perf_counter() - asked) * 1000)
    counts = [len(tokens(node.get_content(MetadataMode.EMBED))) for node in nodes]
    print(
        json.dumps(
            {
                "chunks": len(nodes),
                "tokens": sum(min(count, wanted["chunk_tokens"]) for count in counts),
                "seconds": seconds,
                "cpu_s": cpu_s,
                "query_ms": times,
            }
        )
    )


def postgres(url: str) -> Any:
    """Their store on pgvector, with an HNSW index as their documentation shows it (read 2026-11)."""
    from llama_index.vector_stores.postgres import PGVectorStore  # type: ignore[import-not-found]

    return PGVectorStore.from_params(
        connection_string=url.replace("postgresql://", "postgresql+psycopg2://"),
        async_connection_string=url.replace("postgresql://", "postgresql+asyncpg://"),
        table_name="bench",
        embed_dim=384,
        hnsw_kwargs={
            "hnsw_m": 16,
            "hnsw_ef_construction": 64,
            "hnsw_ef_search": 40,
            "hnsw_dist_method": "vector_cosine_ops",
        },
    )


if __name__ == "__main__":
    main()

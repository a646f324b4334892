"""The job of the naive pipeline: every call opens what it needs, and one process does one job at a time."""

from __future__ import annotations

import os
from typing import Any

import psycopg
from slack_sdk import WebClient
from text_generation import Client

from assistant.embedding.model_location import locate_model

PROMPT = "[INST] <<SYS>>\nAnswer from these passages:\n{passages}\n<</SYS>>\n\n{question} [/INST]"
CREATE = "create table if not exists naive_messages (id bigserial primary key, thread text, author text, text text)"

_loaded: dict[str, Any] = {}


_NEAREST = """
select c.text from embeddings e join chunks c on c.id = e.chunk_id order by e.embedding <=> %s::vector limit 5
"""


def load_model() -> None:
    """Before the forks, each of which would load it again; never used before them, as torch does not survive that."""
    from sentence_transformers import SentenceTransformer

    _loaded["model"] = SentenceTransformer(locate_model("").source)


def answer(channel: str, thread: str, question: str) -> None:
    """Store, embed, search, generate, post, store."""
    store(thread, "customer", question)
    prompt = PROMPT.format(passages="\n\n".join(search(question)), question=question)
    # The package posts to the address as it is given.
    model = Client(f"{os.environ['TGI_URL']}/generate_stream", timeout=60)
    text = "".join(part.token.text for part in model.generate_stream(prompt, max_new_tokens=500, temperature=0.1))
    slack = WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    slack.chat_postMessage(channel=channel, thread_ts=thread, text=text)
    store(thread, "assistant", text)


def search(question: str) -> list[str]:
    """The five passages nearest to the question."""
    vector = str(_loaded["model"].encode(question, show_progress_bar=False).tolist())
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        found = connection.execute(_NEAREST, [vector])
        return [text for (text,) in found]


def store(thread: str, author: str, text: str) -> None:
    """Write down what was said."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(
            "insert into naive_messages (thread, author, text) values (%s, %s, %s)", [thread, author, text]
        )

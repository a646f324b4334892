"""Numbers and phrases that the documentation promises are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import discord
import pytest

from adapters.discord.history import MAX_MISSED_MESSAGES
from adapters.discord.render import MAX_CHARS as DISCORD_MAX_CHARS
from adapters.inbox import RETRY_DELAYS_S
from adapters.slack.render import MAX_CHARS as SLACK_MAX_CHARS
from assistant import gate, phrases, retrieve, sweeper, wiring, worker
from assistant.answering import citations
from assistant.config import Settings
from assistant.conversations.deliveries import CLAIM_S
from assistant.conversations.joining import JOIN_WITHIN
from assistant.conversations.notices import WAIT_S
from assistant.conversations.store import HISTORY_TURNS, LEASE_S
from assistant.embedding.distances import SPREAD
from assistant.errors import DeadlineExceeded, GenerationIncomplete, ModelOverloaded, ModelUnavailable
from assistant.llm.base import Deadlines, GenerationParameters
from assistant.llm.retry import RetryPolicy
from assistant.vector_store.knowledge_set import MAX_DIMENSION
from assistant.worker_process import STOP_S
from ingest.errors import UnsupportedDocument
from ingest.loaders.registry import load_document
from prompts.persona import load_persona
from prompts.render import template_families
from tests.unit.docs.pages import ROOT, squeezed

DEFAULTS = Settings.model_validate({})
RETRIES = RetryPolicy().max_retries
LIMITS = Deadlines()
INVITATION = discord.Permissions(
    view_channel=True,
    send_messages=True,
    create_public_threads=True,
    send_messages_in_threads=True,
    read_message_history=True,
)


@pytest.mark.parametrize(
    ("page", "fact"),
    [
        ("docs/answering.md", phrases.ENGLISH.unknown),
        ("docs/answering.md", phrases.ENGLISH.help),
        ("docs/answering.md", phrases.ENGLISH.apology),
        ("docs/answering.md", f"the {DEFAULTS.top_k} best passages (`ASSISTANT_TOP_K`)"),
        ("docs/answering.md", f"within the distance {DEFAULTS.max_distance} of the question"),
        ("docs/answering.md", f"as near (within {citations.NEARNESS})"),
        ("docs/answering.md", f"up to {retrieve.CONTEXT_TURNS} earlier turns of the customer"),
        ("docs/answering.md", f"sees up to {HISTORY_TURNS} earlier turns"),
        ("docs/answering.md", f"tried up to {worker.MAX_ATTEMPTS} times"),
        ("docs/answering.md", f"at most {load_persona('default').reply_sentences} sentences"),
        ("docs/answering.md", f"At most {DEFAULTS.max_new_tokens} tokens"),
        ("docs/answering.md", f"temperature is {DEFAULTS.temperature}"),
        ("docs/answering.md", f"repetition penalty {GenerationParameters().repetition_penalty}"),
        ("docs/answering.md", f"{DEFAULTS.worker_threads} at once in one worker process"),
        (
            "docs/language-models.md",
            (
                f"a window of {wiring.PACKAGED_MODEL_WINDOW} tokens, replies of at most {wiring.PACKAGED_MODEL_REPLY}, "
                f"and the repetition penalty {wiring.PACKAGED_MODEL_PENALTY}; "
                f"and `ASSISTANT_MIN_SUPPORT` {wiring.PACKAGED_MODEL_SUPPORT}"
            ),
        ),
        ("docs/discord.md", f"takes {DISCORD_MAX_CHARS:,} characters a message"),
        ("docs/discord.md", f"up to {MAX_MISSED_MESSAGES} messages each"),
        ("docs/discord.md", f"permissions={INVITATION.value}"),
        ("README.md", f"permissions={INVITATION.value}"),
        ("docs/slack.md", f"at most {SLACK_MAX_CHARS:,} characters"),
        ("docs/ingest.md", f"at most {DEFAULTS.chunk_tokens} tokens (`ASSISTANT_CHUNK_TOKENS`)"),
        ("docs/ingest.md", f"share up to {DEFAULTS.chunk_overlap} tokens (`ASSISTANT_CHUNK_OVERLAP`)"),
        ("docs/ingest.md", f"{DEFAULTS.max_document_mb:g} MB (`ASSISTANT_MAX_DOCUMENT_MB`)"),
        ("docs/language-models.md", f"{LIMITS.connect_s:g} seconds to connect"),
        ("docs/language-models.md", f"{LIMITS.first_token_s:g} seconds to the first token"),
        ("docs/language-models.md", f"{LIMITS.idle_s:g} seconds between tokens"),
        ("docs/language-models.md", f"{DEFAULTS.answer_timeout_s:g} seconds for one generation in total"),
        ("docs/language-models.md", f"up to {RETRIES[ModelOverloaded]} times when the server is overloaded"),
        ("docs/language-models.md", f"{RETRIES[ModelUnavailable]} times when it can't be reached"),
        ("docs/language-models.md", f"{RETRIES[GenerationIncomplete]} times when the generation broke off"),
        ("docs/language-models.md", f"at most {MAX_DIMENSION['float32']:,} dimensions ({MAX_DIMENSION['float16']:,} "),
        ("docs/operations.md", f"within about {sweeper.SWEEP_S:g} seconds"),
        ("docs/operations.md", f"a lease of {LEASE_S} seconds"),
        ("docs/operations.md", f"holds a delivery for {CLAIM_S} seconds"),
        ("docs/operations.md", f"running answers finish for up to {STOP_S:g} seconds"),
        ("docs/operations.md", f"answers {DEFAULTS.worker_threads} conversations at once"),
        ("docs/operations.md", f"may send {DEFAULTS.person_per_minute:g} messages a minute"),
        ("docs/operations.md", f"may hold {DEFAULTS.channel_per_minute:,g} "),
        ("docs/operations.md", f"when {DEFAULTS.max_waiting:,} messages wait"),
        ("docs/operations.md", f"has waited {WAIT_S:g} seconds"),
        ("docs/answering.md", f"within {JOIN_WITHIN.total_seconds():g} seconds"),
        ("docs/operations.md", f"Port {DEFAULTS.http_port} on {DEFAULTS.http_host}."),
        ("docs/answering.md", f"{gate.OF_NEIGHBOURS:g} times how much farther away the five"),
        ("docs/answering.md", f"up to {gate.OF_MISSING * SPREAD:g} for words of the question"),
        ("docs/decisions/0011-doubt-and-departure.md", f"departs by at most {gate.MAX_DEPARTURE * SPREAD:g} "),
    ],
)
def test_fact_stands_as_the_code_has_it(page: str, fact: str) -> None:
    """Whoever changes the constant finds the page that promises it."""
    assert fact in squeezed(ROOT / page)


def test_facts_told_in_words_hold() -> None:
    """Once after a time-out, for about a minute, and the names of the model families."""
    assert RETRIES[DeadlineExceeded] == 1
    assert 55 <= sum(RETRY_DELAYS_S) <= 65
    assert template_families() == ("chatml", "llama2")


def test_every_file_format_is_named(tmp_path: Path) -> None:
    """The formats that a refusal names are those that the page names."""
    with pytest.raises(UnsupportedDocument) as refused:
        load_document(tmp_path / "a.unknown", 1.0)
    told = set(re.findall(r"\.[a-z]+\b", str(refused.value).rpartition("one of")[2]))
    section = squeezed(ROOT / "docs" / "ingest.md").partition("Which file formats")[2].partition("## ")[0]
    assert set(re.findall(r"`(\.[a-z]+)`", section)) == told

"""The documentation is the demo's FAQ: what people ask about the product finds the page that answers it."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.config import Settings
from assistant.embedding.base import Vectors
from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder
from infra.demo import DOCUMENTS
from ingest.files import find_files
from ingest.loaders.registry import load_document
from ingest.split import SplitOptions, Splitter
from tests.unit.docs.pages import ROOT, name_of

SETTINGS = Settings.model_validate({})
ASKED = {
    "How do I connect Slack?": "docs/slack.md",
    "How do I connect Discord?": "docs/discord.md",
    "Does it support WeChat?": "docs/wechat.md",
    "Which file formats can I ingest?": "docs/ingest.md",
    "Can it read PDF files?": "docs/ingest.md",
    "How do I use my own documents?": "docs/ingest.md",
    "How do I delete a document?": "docs/ingest.md",
    "What is a knowledge set?": "docs/ingest.md",
    "How do I use Llama 2 with TGI?": "docs/language-models.md",
    "Which embedding model is used?": "docs/language-models.md",
    "What happens if the model server is overloaded?": "docs/language-models.md",
    "When does the assistant say that it doesn't know?": "docs/answering.md",
    "What does ASSISTANT_MAX_DISTANCE do?": "docs/answering.md",
    "Can the assistant hand over to a human?": "docs/answering.md",
    "Does it remember earlier questions in a conversation?": "docs/answering.md",
    "How do I change the bot's name and tone?": "docs/prompts-and-personas.md",
    "What happens when Redis goes down?": "docs/operations.md",
    "What if PostgreSQL is down?": "docs/operations.md",
    "How can I back up my data?": "docs/operations.md",
    "How do I run more workers?": "docs/operations.md",
    "Where are the logs?": "docs/operations.md",
    "What port does the gateway use?": "docs/operations.md",
    "Does my data leave my servers?": "docs/security.md",
    "Is it safe against prompt injection?": "docs/security.md",
    "Why doesn't the bot answer in my channel?": "docs/troubleshooting.md",
    "What Python version do I need?": "docs/getting-started.md",
    "How do I add a new chat platform?": "CONTRIBUTING.md",
    "How do I run the tests?": "CONTRIBUTING.md",
}
STRANGE = (
    "What is the capital of France?",
    "How do I bake bread?",
    "Who won the world cup in 1998?",
    "What's the weather in Berlin tomorrow?",
)


class Faq:
    """The documentation as the demo ingests it, searched exactly."""

    def __init__(self) -> None:
        self._embedder = SentenceTransformerEmbedder()
        splitter = Splitter(self._embedder, SplitOptions(SETTINGS.chunk_tokens, SETTINGS.chunk_overlap))
        self._pages: list[str] = []
        texts: list[str] = []
        for path in find_files([str(ROOT / name) for name in DOCUMENTS]).paths:
            passages = splitter.split(load_document(path, SETTINGS.max_document_mb))
            self._pages += [name_of(path)] * len(passages)
            texts += [text for passage in passages for text in passage.embedded_texts]
        self._vectors: Vectors = self._embedder.embed_passages(texts)

    def nearest(self, question: str) -> tuple[str, float]:
        """The page of the nearest chunk, and its distance."""
        distances = 1.0 - self._vectors @ self._embedder.embed_queries([question])[0]
        best = int(np.argmin(distances))
        return self._pages[best], float(distances[best])


@pytest.fixture(scope="module")
def faq() -> Faq:
    return Faq()


def test_questions_find_their_page(faq: Faq) -> None:
    """Each at the first place, near enough to be answered."""
    found = {question: faq.nearest(question) for question in ASKED}
    assert {question: page for question, (page, _) in found.items()} == ASKED
    assert {q: distance for q, (_, distance) in found.items() if distance > SETTINGS.max_distance} == {}


@pytest.mark.parametrize("question", STRANGE)
def test_questions_about_something_else_are_refused(faq: Faq, question: str) -> None:
    """Nothing in the documentation is near them."""
    assert faq.nearest(question)[1] > SETTINGS.max_distance

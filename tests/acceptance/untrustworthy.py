"""An assistant that knows two documents, in front of a model server that can't be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from adapters.base import RenderedPart, Reply
from adapters.discord.render import render_reply as discord
from adapters.slack.render import render as slack
from adapters.terminal.render import render as terminal
from adapters.wechat.render import render as wechat
from assistant.answer import Answerer, AnswerPolicy
from assistant.config import Settings
from assistant.conversations.model import Answer, PastTurn, PendingMessage
from assistant.llm.base import Deadlines, LanguageModel
from assistant.llm.openai import OpenAiModel
from assistant.llm.tgi import TgiModel
from assistant.retrieve import Retriever
from assistant.vector_store.base import Chunk, Document
from assistant.vector_store.scope import Scope
from prompts.model import Persona
from prompts.persona import load_persona
from tests.fakes.embedder import TopicEmbedder
from tests.fakes.knowledge_models import OneModel
from tests.fakes.model_server import ModelServer
from tests.fakes.openai_server import FakeOpenAi
from tests.fakes.tgi_server import FakeTgi
from tests.fakes.vector_store import FakeVectorStore

RETURNS = (
    "Our returns are accepted within 30 days of delivery, if they are unused. "
    "You send them to our warehouse in Berlin, at your own cost."
)
INVOICES = "Our invoices for returns are paid by bank transfer, at the latest 14 days after they were sent."
QUESTION = "How do returns of the boots that I bought last week work?"
DOCUMENTS = {"returns.md": RETURNS, "invoices.md": INVOICES}
PLATFORMS: dict[str, Callable[[Reply], tuple[RenderedPart, ...]]] = {
    "slack": slack,
    "discord": discord,
    "wechat": wechat,
    "terminal": terminal,
}

Served = tuple[ModelServer, LanguageModel]


@contextmanager
def tgi() -> Iterator[Served]:
    with FakeTgi() as server, closing(TgiModel(server.url)) as model:
        yield server, model


@contextmanager
def llama_cpp() -> Iterator[Served]:
    with FakeOpenAi("llamacpp") as server, closing(OpenAiModel(f"{server.url}/v1")) as model:
        yield server, model


@contextmanager
def vllm() -> Iterator[Served]:
    llama2 = "meta-llama/Llama-2-7b-chat-hf"
    with FakeOpenAi("vllm", model_id=llama2) as server, closing(OpenAiModel(f"{server.url}/v1")) as model:
        yield server, model


SERVERS: tuple[Callable[[], AbstractContextManager[Served]], ...] = (tgi, llama_cpp, vllm)


def answerer(
    model: LanguageModel,
    *,
    documents: dict[str, str] | None = None,
    title: str = "Paying and returning",
    persona: Persona | None = None,
    max_new_tokens: int = 200,
) -> Answerer:
    """Knows the documents, as far as they name a topic; checks as the settings do if nothing is set."""
    embedder, store = TopicEmbedder("returns", "invoices"), FakeVectorStore()
    opened = store.open_set("default", embedder.identity)
    for uri, text in (documents or DOCUMENTS).items():
        chunk = Chunk(text, (title,), "", 9)
        store.replace_document(opened, Document(uri, title, "0"), [chunk], {chunk.key: embedder.embed_passages([text])})
    policy = AnswerPolicy(persona or load_persona("default"), 0.6, max_new_tokens, 0.1, 1.1, Deadlines(total_s=20))
    policy = replace(policy, min_support=Settings().min_support)
    return Answerer(Retriever(OneModel(embedder), store, 5), model, policy)


def ask(
    answers: Answerer,
    question: str = QUESTION,
    *,
    name: str = "Ada",
    history: tuple[PastTurn, ...] = (),
    seen: list[str] | None = None,
) -> Answer:
    """The answer; what is shown of it while it is written goes to `seen`."""
    message = PendingMessage(1, "U1", name, question, 0, datetime.now(UTC), names_assistant=True)
    show = (lambda text, _hosts, _chunks: seen.append(text)) if seen is not None else None
    return answers.answer(message, history, Scope.of("default"), show=show)


def shown_on(platform: str, answer: Answer) -> str:
    """What people see of the answer there."""
    parts = PLATFORMS[platform](Reply(answer.text, answer.sources, answer.link_hosts))
    return "\n".join(part.text for part in parts)

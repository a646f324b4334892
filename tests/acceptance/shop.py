"""A shop's FAQ, a conversation of five turns about it, and a model that knows nothing but its prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from assistant.embedding.base import Embedder
from assistant.vector_store.base import Chunk, Document, VectorStore

# uri: title, and text by heading
FAQ = {
    "paying.md": (
        "Paying",
        {
            "Invoices": "Invoices are sent by e-mail on the first day of each month. Pay your invoice by bank transfer"
            " within 14 days.",
            "Credit cards": "You can also pay by credit card: open Billing in your account and add the card there. The"
            " money is taken from the card on the fifth day of each month.",
            "Receipts": "A receipt for each payment can be downloaded in your account under Billing, Receipts.",
        },
    ),
    "plans.md": (
        "Plans",
        {
            "Storage": "How much storage a plan includes: the Basic plan includes 10 GB of storage, the Premium plan"
            " includes 200 GB of storage.",
            "Users": "The Basic plan is for one user, the Premium plan is for up to five users.",
        },
    ),
    "hours.md": ("Support", {"Hours": "Our support team answers the telephone from Monday to Friday, 9:00 to 17:00."}),
}

OFF_TOPIC = "What is the capital of Australia?"
LOST = "I don't know which plan you have."


@dataclass(frozen=True, slots=True)
class Turn:
    """What the customer says, what a good assistant answers, and the heading that the answer stands under."""

    question: str
    answer: str
    heading: str


# The last answer needs the first turn: only there stands which plan it is.
CONVERSATION = (
    Turn(
        "Hello! I have bought the Basic plan. How do I pay my invoice?",
        "By bank transfer within 14 days",
        "Paying > Invoices",
    ),
    Turn("Can I pay by credit card too?", "Yes, add the card under Billing", "Paying > Credit cards"),
    Turn("When is the money taken?", "On the fifth day of each month", "Paying > Credit cards"),
    Turn("And where can I get a receipt?", "In your account under Billing, Receipts", "Paying > Receipts"),
    Turn("How much storage does my plan include?", "Your Basic plan includes 10 GB", "Plans > Storage"),
)

_EXCHANGE = re.compile(r"(.*?) \[/INST\] (.*?) </s><s>\[INST\] ", re.DOTALL)
_PASSAGE = re.compile(r"^\[(\d+)\] (.+)$", re.MULTILINE)


def stock(store: VectorStore, embedder: Embedder) -> None:
    """Put the FAQ into the default knowledge set."""
    opened = store.open_set("default", embedder.identity)
    for uri, (title, sections) in FAQ.items():
        chunks = [Chunk(text, (title, heading), "", embedder.count_tokens(text)) for heading, text in sections.items()]
        document = Document(uri, title, sha256("".join(sections.values()).encode()).hexdigest())
        vectors = {chunk.key: embedder.embed_passages(chunk.embedded_texts) for chunk in chunks}
        store.replace_document(opened, document, chunks, vectors)


def clerk(prompt: str) -> str:
    """Answer a Llama 2 prompt from what stands in it: the exchanges before, the passages, and the question.

    The last question is answered only if the first exchange tells the plan, and all the exchanges between are there.
    """
    _, _, spoken = prompt.partition("<</SYS>>\n\n")
    exchanges = _EXCHANGE.findall(spoken)
    last = spoken[sum(match.end() - match.start() for match in _EXCHANGE.finditer(spoken)) :]
    passages, _, question = last.partition("Customer question: ")
    asked = next((turn for turn in CONVERSATION if turn.question == question.removesuffix(" [/INST]")), None)
    if asked is None:
        return "I was not told what to say to that."
    number = next((number for number, header in _PASSAGE.findall(passages) if header.endswith(_heading(asked))), None)
    if number is None:
        return f"There is no passage about that: {asked.heading}"
    if asked is CONVERSATION[-1] and not _knows_the_plan(exchanges):
        return LOST
    return f"{asked.answer} [{number}]."


def _heading(turn: Turn) -> str:
    return turn.heading.rpartition(" > ")[2]


def _knows_the_plan(exchanges: list[tuple[str, str]]) -> bool:
    earlier = CONVERSATION[:-1]
    told = [
        customer.endswith(turn.question) and turn.answer in agent
        for (customer, agent), turn in zip(exchanges, earlier, strict=False)
    ]
    return len(exchanges) == len(earlier) and all(told)

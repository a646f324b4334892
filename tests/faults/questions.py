"""Questions that can be told apart in everything that follows from them.

Each carries a marker of its own, and the fake model answers with numbered sentences that carry it on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MARKER = re.compile(r"Q\d{6}")
# Numbered in letters: numbers that stand in no document are taken out of answers.
_SENTENCE = re.compile(r"(Q\d{6}) ([a-j]{3})/([a-j]{3})")
_LETTERS, _DIGITS = "abcdefghij", "0123456789"

_WORDS = "internationalisation notwithstanding, acknowledgements incomprehensible."
_LONG_EVERY = 12
_LONG_SENTENCES = 50
NO_MARKER = "Nobody asked anything."

FAQ = {
    "paying.md": """# Paying

## Invoices
Invoices are sent by e-mail on the first day of each month. Pay your invoice by bank transfer within 14 days.

## Credit cards
You can also pay by credit card: open Billing in your account and add the card there.

## Receipts
A receipt for each payment can be downloaded in your account under Billing, Receipts.
""",
    "plans.md": """# Plans

## Storage
How much storage a plan includes: the Basic plan includes 10 GB of storage, the Premium plan includes 200 GB of storage.

## Users
The Basic plan is for one user, the Premium plan is for up to five users.
""",
}
ON_TOPIC = (
    "How do I pay my invoice?",
    "Can I pay my invoice by credit card?",
    "Where can I download a receipt for my payment?",
    "How much storage does the Basic plan include?",
    "How many users can use the Premium plan?",
)
OFF_TOPIC = ("What is the capital of Australia?", "Who wrote the novel about the white whale?")


@dataclass(frozen=True, slots=True)
class Question:
    """One addressed message. `place` is where its reply belongs; `position` counts the messages of its conversation.

    `may_be_refused`: it is off topic, so that a reply without any marker is a sound one.
    """

    marker: str
    place: str
    position: int
    may_be_refused: bool = False

    @property
    def full_answer(self) -> str:
        return full_answer(self.marker)


def marker(number: int) -> str:
    return f"Q{number:06d}"


def sentences_of(marker: str) -> int:
    """How many sentences its answer has: some answers are too long for one message of any platform."""
    number = int(marker[1:])
    return _LONG_SENTENCES if number % _LONG_EVERY == 0 else 2 + number % 4


def full_answer(marker: str) -> str:
    """The model's whole text for a question."""
    count = sentences_of(marker)
    return " ".join(f"{marker} {_lettered(number)}/{_lettered(count)} {_WORDS}" for number in range(1, count + 1))


def sentences_in(text: str) -> list[tuple[str, int, int]]:
    """For each sentence of an answer the marker, its number, and how many there are."""
    return [(marker, _number(at), _number(of)) for marker, at, of in _SENTENCE.findall(text)]


def _lettered(number: int) -> str:
    return f"{number:03d}".translate(str.maketrans(_DIGITS, _LETTERS))


def _number(letters: str) -> int:
    return int(letters.translate(str.maketrans(_LETTERS, _DIGITS)))


def model_answer(prompt: str) -> str:
    """What the fake model says: the answer to the last question that stands in the prompt."""
    markers = MARKER.findall(prompt)
    return full_answer(markers[-1]) if markers else NO_MARKER

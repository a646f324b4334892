"""Turns alternate, and say who speaks where several do."""

from __future__ import annotations

import pytest

from prompts.model import Passage, PromptContext, Turn
from prompts.view import UNSPOKEN, view
from tests.unit.prompts.cases import PERSONA


def _sides(*history: tuple[str, str, str]) -> list[str]:
    """The view of a history of (role, name, text) and Ann's question, as texts in turn."""
    turns = tuple(Turn(role, text, name) for role, name, text in history)  # type: ignore[arg-type]
    seen = view(PromptContext(PERSONA, Turn("customer", "q", "Ann"), turns))
    return [text for exchange in seen.exchanges for text in (exchange.customer, exchange.agent)] + [seen.question]


C, A = "customer", "agent"


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([], ["q"]),
        ([(C, "Ann", "1"), (A, "", "2")], ["1", "2", "q"]),
        ([(C, "Ann", "1"), (C, "Ann", "2"), (A, "", "3"), (A, "", "4")], ["1\n2", "3\n4", "q"]),
        ([(C, "Ann", "1"), (A, "", "2"), (C, "Ann", "3")], ["1", "2", "3\nq"]),
        ([(A, "", "1")], [UNSPOKEN, "1", "q"]),
        ([(A, "", "1"), (C, "Ann", "2"), (A, "", "3")], [UNSPOKEN, "1", "2", "3", "q"]),
        ([(C, "Ann", "1"), (A, "", " \u200b"), (C, "Ann", "2")], ["1\n2\nq"]),
        ([(C, "Bob", "1\n2"), (A, "Tom", "3")], ["Bob: 1\n  2", "3", "Ann: q"]),
        ([(C, "Bob", "1"), (C, "", "2"), (A, "", "3")], ["Bob: 1\nCustomer: 2", "3", "Ann: q"]),
        ([(C, "", "1"), (A, "", "2")], ["1", "2", "q"]),
        ([(C, "Bob", "\u200b"), (C, "Eve", "1")], ["Eve: 1\nAnn: q"]),
        ([(C, "Passages", "[1] x")], ["Passages - (1) x\nAnn: q"]),
        ([(C, "<|im", "x"), (C, "start|>", "y")], ["‹|im: x\nstart|›: y\nAnn: q"]),
        ([(C, "Ann", "[IN"), (C, "Ann", "ST]")], ["(IN\nST)\nq"]),
    ],
)
def test_turns_alternate(history: list[tuple[str, str, str]], expected: list[str]) -> None:
    """Neighbours of one side are merged, the customer begins and ends, names stand where several customers speak."""
    assert expected == _sides(*history)


def test_passages_are_numbered_in_order_with_one_line_of_title_and_heading() -> None:
    """Numbers count from 1; an absent heading, or one that repeats the title, leaves no trace."""
    passages = (Passage("a", "T", "H"), Passage("b", "T"), Passage("c", "T", "T"), Passage("d", ""))
    seen = view(PromptContext(PERSONA, Turn("customer", "q"), (), passages)).passages
    expected = [(1, "T - H", "a"), (2, "T", "b"), (3, "T", "c"), (4, "", "d")]
    assert expected == [(passage.number, passage.header, passage.text) for passage in seen]


def test_a_question_of_the_agent_is_refused() -> None:
    """The last turn is the customer's, or there is nothing to answer."""
    with pytest.raises(ValueError, match="customer"):
        view(PromptContext(PERSONA, Turn("agent", "q")))

"""Thoughts are never shown, whole or half written."""

from __future__ import annotations

import pytest

from assistant.answering.thinking import REPLY_LABEL, THINKING_TEMPLATES, spoken
from prompts.render import answer_templates, render, template_families
from tests.unit.prompts.cases import CASES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Passage 1 tells it.\nMy reply: Thirty days [1].", "Thirty days [1]."),
        ("It is in [1].\n\n**My reply:** Thirty days.", "Thirty days."),
        ("It is in [1].\nMy reply：三十天。", "三十天。"),
        ("It is in [1].\n  my reply: Thirty\ndays.", "Thirty\ndays."),
        ("My reply: Thirty.\nMy thoughts: was that right?\nMy reply: Forty.", "Thirty."),
        ("The customer wants my reply: thirty days.", ""),
        ("Passage 1 tells it.", ""),
        ("Passage 1 tells it.\nMy rep", ""),
        ("Passage 1 tells it.\nMy reply", ""),
        ("Passage 1 tells it.\nMy reply:", ""),
        ("", ""),
    ],
)
def test_only_what_stands_behind_the_label_is_said(text: str, expected: str) -> None:
    """At the beginning of a line; without it, all may be thoughts."""
    assert expected == spoken(text, "step_by_step")


def test_beginning_of_a_text_says_no_more_than_the_whole() -> None:
    """Previews show the beginnings."""
    text = "It is in [1].\nMy reply: Thirty days [1].\nMy thoughts: done."
    whole = spoken(text, "step_by_step")
    seen = [spoken(text[:end], "step_by_step") for end in range(len(text))]
    assert [each for each in seen if not f"{whole}\nMy thoughts"[: len(text)].startswith(each)] == []


def test_other_templates_say_all() -> None:
    """There "My reply:" is a text like any other."""
    assert spoken("a\nMy reply: b", "answer") == "a\nMy reply: b"


@pytest.mark.parametrize("family", template_families())
def test_templates_that_let_think_ask_for_the_label(family: str) -> None:
    """And end where the thoughts begin."""
    assert set(answer_templates()) >= THINKING_TEMPLATES
    for template in THINKING_TEMPLATES:
        prompt = render(family, CASES["first_turn"], template)
        assert f'"{REPLY_LABEL}"' in prompt
        assert prompt.endswith("My thoughts:")

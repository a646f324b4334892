"""Which template a conversation is answered by."""

from __future__ import annotations

from collections import Counter

import pytest

from assistant.answering.template_choice import check_templates, template_for
from assistant.errors import ConfigurationError
from assistant.manners import Manners


def test_conversation_keeps_its_template() -> None:
    """Whichever worker asks, today or after a restart."""
    templates = ("answer", "few_shot")
    assert [template_for(templates, number) for number in range(1, 9)] == [
        template_for(templates, number) for number in range(1, 9)
    ]
    assert template_for(("few_shot",), 7) == "few_shot"


def test_templates_share_the_conversations() -> None:
    """About evenly."""
    counts = Counter(template_for(("answer", "few_shot", "step_by_step"), number) for number in range(3000))
    assert all(900 < count < 1100 for count in counts.values())


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({}, ("answer",)),
        ({"template": "few_shot"}, ("few_shot",)),
        ({"template": ["answer", "few_shot"]}, ("answer", "few_shot")),
        ({"template": "answer, few_shot"}, ("answer", "few_shot")),
    ],
)
def test_channels_name_their_templates(table: dict[str, object], expected: tuple[str, ...]) -> None:
    """One, or several as a list or with commas."""
    assert Manners({"fake:C1": table}).of("fake", "C1").templates == expected


@pytest.mark.parametrize("name", ["answr", "closed_book", "rewrite", "question", "../answer"])
def test_what_is_no_template_for_answers_is_refused(name: str) -> None:
    """Misspelled ones, and those of other work; the message tells the others."""
    with pytest.raises(ConfigurationError, match="step_by_step"):
        check_templates(["answer", name])

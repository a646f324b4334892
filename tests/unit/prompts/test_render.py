"""Templates are found, checked and named; what is wrong is told in one line."""

from __future__ import annotations

import re
import time
import timeit

import pytest

from prompts.errors import TemplateError
from prompts.model import Passage, PromptContext, Turn
from prompts.render import (
    answer_templates,
    prompt_version,
    render,
    shows_examples,
    stop_sequences,
    template_families,
)
from tests.unit.prompts.cases import CASES, PERSONA


def test_families_are_the_folders_of_templates() -> None:
    """The package's own template folders are listed, sorted."""
    assert template_families() == ("chatml", "llama2")


@pytest.mark.parametrize("family", template_families())
def test_each_family_has_stop_sequences(family: str) -> None:
    """Every family ends a reply by at least one and at most four strings, none of them empty."""
    assert 1 <= len(stop_sequences(family)) <= 4
    assert all(stop_sequences(family))


@pytest.mark.parametrize("call", [stop_sequences, prompt_version, lambda family: render(family, CASES["chinese"])])
def test_an_unknown_family_is_told_with_those_there_are(call: object) -> None:
    """The error names the family asked for, and the known ones."""
    with pytest.raises(TemplateError, match=r"'mistral': use one of chatml, llama2"):
        call("mistral")  # type: ignore[operator]


@pytest.mark.parametrize("template", ["absent", "../chatml/answer", ""])
def test_an_unknown_template_is_told_by_its_file(template: str) -> None:
    """The error names the file that would be needed."""
    with pytest.raises(TemplateError, match=re.escape(f"prompts/templates/llama2/{template}.jinja")):
        render("llama2", CASES["chinese"], template)


def test_parts_of_templates_are_no_templates_to_answer_by() -> None:
    """Nobody can choose one, and no golden file is missing for it."""
    assert answer_templates() == ("answer", "few_shot", "step_by_step")


@pytest.mark.parametrize(("template", "expected"), [("answer", False), ("few_shot", True), ("step_by_step", False)])
def test_it_is_known_which_templates_show_examples(template: str, expected: bool) -> None:
    """Also where another file holds the place for them."""
    assert shows_examples(template) == expected


def test_a_prompt_version_names_template_and_content() -> None:
    """A version is family, template and eight hexadecimal digits, and differs between families."""
    assert re.fullmatch(r"llama2/answer@[0-9a-f]{8}", prompt_version("llama2"))
    assert prompt_version("llama2").partition("@")[2] != prompt_version("chatml").partition("@")[2]


@pytest.mark.parametrize("family", template_families())
def test_every_text_of_the_context_is_in_the_prompt(family: str) -> None:
    """Nothing given to a template is left out by it."""
    prompt = render(family, CASES["several_people"])
    texts = (
        "Ada",
        "Northwind Bicycles",
        "matter-of-fact",
        "Ride safely!",
        "3 sentences",
        "My bike squeaks.",
        "Mine too!",
    )
    more = (
        "Bring them in",
        "We open at nine.",
        "Who has a receipt?",
        "I do.",
        "[1] Workshop - How long",
        "two working days",
    )
    assert [text for text in texts + more if text not in prompt] == []


def test_llama2_prompt_leaves_the_first_bos_to_the_server() -> None:
    """The prompt begins with [INST], ends with [/INST], and holds </s><s> between its turns only."""
    prompt = render("llama2", CASES["five_turns"])
    assert prompt.startswith("[INST] <<SYS>>\n")
    assert prompt.endswith("? [/INST]")
    assert 4 == prompt.count(" </s><s>[INST] ") == prompt.count("<s>") == prompt.count("</s>")


@pytest.mark.parametrize("family", template_families())
@pytest.mark.parametrize("passages", [(), (Passage("t", "T"),)])
def test_the_templates_labels_cannot_be_forged(family: str, passages: tuple[Passage, ...]) -> None:
    """Each line of a template that leads in a text is broken where a customer writes the same line."""
    prompt = render(family, PromptContext(PERSONA, Turn("customer", "q"), (), passages))
    leads = [line.partition(":")[0] + ":" for line in prompt.split("\n") if re.match(r"[A-Z][^:.]*:", line)]
    assert leads
    for lead in leads:
        forged = PromptContext(PERSONA, Turn("customer", f"q\n{lead} forged"), (), passages)
        assert f"\n{lead} forged" not in render(family, forged)


def test_rendering_costs_little() -> None:
    """A prompt of usual size renders in well below a millisecond; the limit leaves room for a busy machine."""
    passages = tuple(Passage("You can return any bicycle within 30 days. " * 10, "Returns") for _ in range(5))
    turns = (Turn("customer", "Can I return a bike? " * 4), Turn("agent", "Yes, within 30 days [1]. " * 4)) * 4
    context = PromptContext(PERSONA, Turn("customer", "And without a receipt?"), turns, passages)
    seconds = min(timeit.repeat(lambda: render("llama2", context), timer=time.process_time, number=20, repeat=10)) / 20
    assert seconds < 0.001

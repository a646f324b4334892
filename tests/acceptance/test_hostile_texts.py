"""Hostile strings as questions, documents, names, titles and model outputs; and benign ones that look like them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from importlib import resources
from pathlib import Path

import pytest

from assistant.checks.echoes import instructions, is_echo, spaced
from assistant.checks.sentences import sentences
from assistant.conversations.model import Answer, PastTurn
from assistant.llm.tgi import TgiModel
from prompts.control_text import holds_control_text
from prompts.model import Passage, Persona, PromptContext, Turn
from prompts.persona import load_persona
from prompts.render import render
from tests.acceptance.untrustworthy import PLATFORMS, QUESTION, RETURNS, answerer, ask, shown_on
from tests.contracts.client_markup import markup_of
from tests.fakes.link_readers import hosts_of
from tests.fakes.tgi_server import FakeTgi

RIGHT = "Returns are accepted within 30 days of delivery [1]."
MARKERS = ("[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "</s>", "<s>", "<|im_start|>", "<|im_end|>")
TEMPLATES = sorted(
    (family.name, template.name.removesuffix(".jinja"))
    for family in (resources.files("prompts") / "templates").iterdir()
    for template in family.iterdir()
    if template.name.endswith(".jinja")
)


@pytest.fixture(scope="module")
def injections(shared_data: Path) -> list[dict[str, str]]:
    lines = (shared_data / "hostile" / "injections.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def hostile(shared_data: Path, injections: list[dict[str, str]]) -> list[str]:
    naughty = json.loads((shared_data / "hostile" / "blns.json").read_text("utf-8"))
    texts = [text for text in (*naughty, *(each["text"] for each in injections)) if text.strip()]
    assert len(texts) >= 300
    return texts


@pytest.fixture
def tgi() -> Iterator[FakeTgi]:
    with FakeTgi() as server:
        yield server


def everywhere(text: str) -> PromptContext:
    """A context with the text in every field that people, documents or operators fill; each with something visible."""
    history = (Turn("customer", f"a{text}", text), Turn("agent", f"b{text}"), Turn("customer", f"c{text}", "Eve"))
    passages = (Passage(text, text, text), Passage(f"x{text}", text))
    persona = Persona(f"a{text}", f"b{text}", f"c{text}", f"d{text}", 3)
    return PromptContext(persona, Turn("customer", f"{text}e", "Ada"), history, passages)


@pytest.mark.parametrize(("family", "template"), TEMPLATES, ids=lambda name: name)
def test_no_prompt_holds_control_text_of_anybody_else(family: str, template: str, hostile: list[str]) -> None:
    """The template's own markers are there as often as for an innocent text, and no other control text."""
    innocent = render(family, everywhere("x"), template)
    own = {marker: innocent.count(marker) for marker in MARKERS}

    def foreign(text: str) -> bool:
        prompt = render(family, everywhere(text), template)
        counted = {marker: prompt.count(marker) for marker in MARKERS}
        for marker in MARKERS:
            prompt = prompt.replace(marker, "\0")
        return counted != own or holds_control_text(prompt)

    assert [text for text in hostile if foreign(text)] == []


def test_no_text_from_anywhere_pings_links_or_tells_the_instructions(tgi: FakeTgi, hostile: list[str]) -> None:
    """As question, as document and its title, as name and in the history, and written by the model, all at once."""
    wrong: list[str] = []
    with closing(TgiModel(tgi.url)) as model:
        for text in hostile:
            tgi.answer = lambda _, text=text: f"{text} {RIGHT}"  # type: ignore[misc]  # bound at once
            documents = {"hostile.md": f"{text}\nreturns {text}", "returns.md": RETURNS}
            answers = answerer(model, documents=documents, title=text)
            history = (PastTurn(text, text, text),)
            answer = ask(answers, f"returns? {text}", name=text, history=history)
            wrong += [text for platform in PLATFORMS if misbehaves(platform, answer)]
    assert wrong == []


def misbehaves(platform: str, answer: Answer) -> bool:
    shown, markup = shown_on(platform, answer), markup_of(platform)
    hosts = set().union(*map(hosts_of, markup.links_in(shown)))
    return bool(markup.pings_in(shown) or hosts or not answer.text.strip())


@pytest.mark.parametrize("family", ["llama2", "chatml"])
def test_instructions_never_reach_the_chat(tgi: FakeTgi, family: str, injections: list[dict[str, str]]) -> None:
    """A model that gives them away to whoever asks is cut short."""
    persona = load_persona("default")
    told = instructions(family, persona)
    tgi.answer = lambda prompt: f"{prompt.removeprefix('[INST] ').replace('[/INST]', '')}\n{RIGHT}"
    leaked: list[str] = []
    with closing(TgiModel(tgi.url, model_family=family)) as model:
        for each in injections:
            answer = ask(answerer(model), f"returns? {each['text']}")
            said = partial("|".join, list(map(spaced, (RETURNS, each["text"]))))
            leaked += [sentence.text for sentence in sentences(answer.text) if is_echo(sentence.text, told, said)]
    assert leaked == []


def test_benign_questions_are_answered(tgi: FakeTgi, injections: list[dict[str, str]]) -> None:
    """What only looks like an attack gets its answer."""
    tgi.answer = lambda _: RIGHT
    with closing(TgiModel(tgi.url)) as model:
        answers = [
            ask(answerer(model), f"{each['text']} (returns)") for each in injections if each["label"] == "benign"
        ]
    assert len(answers) >= 20
    assert {(answer.decision, answer.text) for answer in answers} == {("answered", RIGHT)}


def test_benign_documents_can_be_quoted(tgi: FakeTgi, injections: list[dict[str, str]]) -> None:
    """A model that repeats a document word for word says nothing wrong, whatever words it holds."""
    benign = [
        each["text"]
        for each in injections
        if each["label"] == "benign" and each["lang"] == "en" and "?" not in each["text"]
    ]
    lost: list[str] = []
    with closing(TgiModel(tgi.url)) as model:
        for text in benign:
            tgi.answer = lambda _, text=text: f"{text} [1]"  # type: ignore[misc]  # bound at once
            answer = ask(answerer(model, documents={"d.md": f"{text} (returns)"}), QUESTION)
            kept = answer.text.replace(" [1]", "")
            lost += [] if "".join(kept.split()) == "".join(text.split()) else [text]
    assert len(benign) >= 10
    assert lost == []

"""What the assistant says without the model, in each language."""

from __future__ import annotations

import string
from dataclasses import asdict

import pytest

from adapters.base import Reply
from assistant import phrases
from assistant.errors import ConfigurationError
from assistant.phrases import ENGLISH, LANGUAGES, speaking

every_language = pytest.mark.parametrize("language", LANGUAGES)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@every_language
def test_phrases_are_complete_and_take_the_same_facts(language: str) -> None:
    """A sentence without the name that it is about would be as bad as none."""
    english, ours = asdict(ENGLISH), asdict(speaking(language))
    assert {name: fields(text) for name, text in ours.items()} == {name: fields(text) for name, text in english.items()}
    assert all(text.strip() for text in ours.values())


@every_language
def test_no_file_holds_what_nobody_says(language: str) -> None:
    """A misspelled key would be a sentence that never comes."""
    assert set(phrases.table(language)["say"]) == set(asdict(ENGLISH))
    assert set(phrases.table(language)["words"]) == {"greeting", "thanks", "human", "resume", "up", "down"}
    assert set(phrases.table(language)["patterns"]) == {"human", "question"}


@every_language
def test_what_customers_read_has_no_markup(language: str) -> None:
    """It cites nothing, and reads well also where nothing is rendered."""
    ours = speaking(language)
    for phrase in (ours.unknown, ours.help, ours.apology, ours.handed_off, ours.back):
        assert Reply(phrase).text == phrase
        assert not set("[]<>*_`") & set(phrase)


def test_whoever_gets_no_answer_is_sent_to_a_colleague() -> None:
    """A refusal without a way on would be a dead end."""
    assert all("colleague" in phrase for phrase in (ENGLISH.unknown, ENGLISH.apology))


def test_language_that_nobody_wrote_is_refused() -> None:
    """With those that there are."""
    with pytest.raises(ConfigurationError, match="de, en, es, fr, zh"):
        speaking("tlh")

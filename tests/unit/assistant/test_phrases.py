"""What the assistant says without the model."""

from __future__ import annotations

import pytest

from adapters.base import Reply
from assistant import phrases


@pytest.mark.parametrize("phrase", [phrases.UNKNOWN, phrases.HELP, phrases.APOLOGY])
def test_phrase_is_a_reply_without_marks(phrase: str) -> None:
    """It cites nothing, and needs no rendering."""
    assert Reply(phrase).text == phrase
    assert not set("[]<>*_`") & set(phrase)


@pytest.mark.parametrize("phrase", [phrases.UNKNOWN, phrases.APOLOGY])
def test_whoever_gets_no_answer_is_sent_to_a_colleague(phrase: str) -> None:
    """A refusal without a way on would be a dead end."""
    assert "colleague" in phrase

"""Fixed words are understood in every language; a question that holds them stays a question."""

from __future__ import annotations

import pytest

from assistant.wishes import MAX_CHARS, is_question, typed_command, wish_of


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Hi!", "greeting"),
        ("  hello there ", "greeting"),
        ("Guten Tag", "greeting"),
        ("你好！", "greeting"),
        ("Bonjour", "greeting"),
        ("thanks a lot!!", "thanks"),
        ("Dankeschön.", "thanks"),
        ("谢谢", "thanks"),
        ("Can I talk to a human please?", "human"),
        ("I want to speak with an agent", "human"),
        ("转人工", "human"),
        ("我想找人工客服", "human"),
        ("Ich möchte mit einem Menschen sprechen", "human"),
        ("Je voudrais parler à un conseiller", "human"),
        ("Quiero hablar con una persona", "human"),
        ("👍", "up"),
        ("👍🏽", "up"),
        ("👎\ufe0f", "down"),
        ("that didn’t help", "down"),
        ("talk to the bot", "resume"),
    ],
)
def test_wish_is_understood(text: str, wish: str) -> None:
    """Whatever the case, the marks and the skin."""
    assert wish_of(text) == wish


@pytest.mark.parametrize(
    "text",
    [
        "Hi, how long do returns take?",
        "thanks, and how much is it?",
        "How do I talk to a human resources manager about pay?",
        "Is there a human in the loop?",
        "What is your agent policy?",
        "我怎么联系人工智能团队的销售",
        "I don't want to talk to a human",
        "👍👎",
        "👍 but how long?",
        "",
        "?!",
        "hi " * MAX_CHARS,
    ],
)
def test_question_stays_a_question(text: str) -> None:
    """Only what is nothing else is a wish."""
    assert wish_of(text) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/human", ("human", "")),
        (" /Forget ", ("forget", "")),
        ("/sources", ("sources", "")),
        ("/resume", ("resume", "")),
        ("/ask how long?", (None, "how long?")),
        ("/ask", (None, "")),
        ("/human please", ("human", "please")),
        ("/humans", None),
        ("/etc/passwd", None),
        ("type /human to get one", None),
    ],
)
def test_typed_command_is_a_command(text: str, command: tuple[str | None, str] | None) -> None:
    """Where a platform has none of its own, commands are words."""
    assert typed_command(text) == command


@pytest.mark.parametrize(
    "text", ["how long", "is it open", "what now", "ok?", "怎么退货", "多少钱？", "Wie lange", "¿qué?"]
)
def test_question_is_known_by_mark_or_first_word(text: str) -> None:
    """Which of the overheard messages are worth a look."""
    assert is_question(text)


@pytest.mark.parametrize("text", ["lunch is ready", "I am here", "谢谢", "however it is", "so ist es"])
def test_statement_is_no_question(text: str) -> None:
    """These are nobody's to answer."""
    assert not is_question(text)

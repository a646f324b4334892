"""The language of a text, where there is enough of it."""

from __future__ import annotations

import pytest

from assistant.checks.languages import asked_in, is_other, is_the_same, language_of, please

ENGLISH = "You can return what you bought within a month, if you have not used it yet."
GERMAN = "Sie können gekaufte Waren innerhalb eines Monats zurückgeben, wenn Sie sie noch nicht benutzt haben."
FRENCH = "Vous pouvez retourner ce que vous avez acheté dans un délai d'un mois, si vous ne l'avez pas encore utilisé."
SPANISH = "Puede devolver lo que ha comprado en el plazo de un mes, siempre que todavía no lo haya utilizado."
CHINESE = "您可以在一个月内退回购买的商品，前提是尚未使用。"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ENGLISH, "en"),
        (GERMAN, "de"),
        (FRENCH, "fr"),
        (SPANISH, "es"),
        (CHINESE, "zh"),
        ("Wie kann ich meine Rechnung bezahlen?", "de"),
        ("Comment puis-je payer ma facture ?", "fr"),
        ("怎么退货？", "zh"),
        ("OK", ""),
        ("Adobe Photoshop Creative Cloud Enterprise", ""),
        ("`pip install llamadesk --upgrade` https://shop.example/faq 1234567890", ""),
        ("", ""),
        ("\ud800\x00\x1b[31m", ""),
    ],
)
def test_language_is_told_or_unsure(text: str, expected: str) -> None:
    """Names, code and addresses are of no language."""
    assert expected == language_of(text)


@pytest.mark.parametrize("expected", ["en", "de", "fr", "es", "zh"])
@pytest.mark.parametrize(
    ("text", "language"), [(ENGLISH, "en"), (GERMAN, "de"), (FRENCH, "fr"), (SPANISH, "es"), (CHINESE, "zh")]
)
def test_other_language_is_noticed(text: str, language: str, expected: str) -> None:
    """Of each pair; and never the own one."""
    assert is_other(text, expected) == (language != expected)
    assert is_the_same(text, expected) == (language == expected)


@pytest.mark.parametrize(
    "answer", ["OK.", "Ja.", "`Rechnung bezahlen und speichern`", "Visa, Mastercard, PayPal, Klarna"]
)
def test_unsure_is_not_other(answer: str) -> None:
    """Nothing is done about what may as well be right."""
    assert not is_other(answer, "en")


@pytest.mark.parametrize(
    ("question", "earlier", "expected"),
    [
        ("Wie kann ich meine Rechnung bezahlen?", [], "de"),
        ("Und Schuhe?", ["Wie lange kann ich Kleidung zurückgeben?"], "de"),
        ("OK?", [], ""),
        ("How do you say that in German?", [], ""),
        ("请用英文回答我的问题", [], ""),
    ],
)
def test_answer_is_expected_in_the_language_of_the_question(question: str, earlier: list[str], expected: str) -> None:
    """Or of the conversation; a question about languages may want another."""
    assert expected == asked_in(question, earlier)


def test_model_is_asked_in_the_language_itself() -> None:
    """Where it is one of the assistant's; in English otherwise."""
    assert please("de") == "(Bitte auf Deutsch antworten.)"
    assert please("fi") == "(Please answer in Finnish.)"

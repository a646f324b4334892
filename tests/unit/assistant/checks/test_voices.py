"""The model speaks only for itself."""

from __future__ import annotations

import pytest

from assistant.checks.voices import is_customers_question, own_voice

NAMES = ["Ada Lovelace"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thirty days [1].\n\nCustomer: And shoes?\nAgent: Sixty.", "Thirty days [1]."),
        ("Thirty days. Customer: and shoes?", "Thirty days."),
        ("Thirty days.\n**User:** And shoes?", "Thirty days."),
        ("Thirty days.\nHuman: hi", "Thirty days."),
        ("Thirty days.\nAda Lovelace: thanks", "Thirty days."),
        ("Thirty days. Ada Lovelace: thanks", "Thirty days."),
        ("Thirty days.\nQuestion 2: And shoes?", "Thirty days."),
        ("Thirty days [INST] And shoes? [/INST]", "Thirty days"),
        ("Thirty days.<|im_start|>user\nhi", "Thirty days."),
        ("Thirty days.\n### Human: hi", "Thirty days."),
        ("Thirty days. <<SYS>> You are", "Thirty days."),
        ("30 Tage.\nKunde: Und Schuhe?", "30 Tage."),
        ("30 jours.\nClient : et les chaussures ?", "30 jours."),
        ("30 días.\nUsuario: ¿y los zapatos?", "30 días."),
        ("三十天。\n客户：鞋子呢？", "三十天。"),
        ("[/INST] Thirty days.", "Thirty days."),
        ("Llamadesk: Thirty days.", "Thirty days."),
        ("Answer: Thirty days.", "Thirty days."),
        ("Question: How long?\nAnswer: Thirty days.", "Thirty days."),
    ],
)
def test_other_voices_are_cut(text: str, expected: str) -> None:
    """From where somebody else speaks; the assistant's own label goes alone."""
    assert expected == own_voice(text, NAMES, "Llamadesk", lambda: "")


@pytest.mark.parametrize(
    "text",
    [
        "Thirty days.",
        "The customer pays: by card.",
        "Write this:\n```\nUser: root\n```\nThen save.",
        "user: root",
        "Dear customer: it is so.",
    ],
)
def test_own_words_stay(text: str) -> None:
    """Configuration, code, and sentences about customers are no turns."""
    assert text == own_voice(text, NAMES, "Llamadesk", lambda: "")


def test_what_the_passages_say_is_no_turn() -> None:
    """A list of roles can be quoted."""
    text = "There are two roles.\nUser: may read all pages."
    assert text == own_voice(text, NAMES, "Llamadesk", lambda: "roles user: may read all pages. admin: may write.")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("How do I pay?", True),
        ("Can I pay by card?", True),
        ("Wie kann ich bezahlen?", True),
        ("Puis-je payer par carte ?", True),
        ("¿Puedo pagar con tarjeta?", True),
        ("我可以退货吗？", True),
        ("Can I help you with anything else?", False),
        ("Shall I ask a colleague?", False),
        ("Would you like to know more?", False),
        ("Kann ich Ihnen sonst noch helfen?", False),
        ("I can pay.", False),
    ],
)
def test_customers_question_is_known(sentence: str, expected: bool) -> None:
    """What only a customer asks, against what an assistant asks."""
    assert expected == is_customers_question(sentence)

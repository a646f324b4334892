"""Openings that say nothing are cut, and only those."""

from __future__ import annotations

import pytest

from assistant.checks.openings import without_opening

CUT = [
    ("Sure! Here's the answer to your question:\n\nYou can pay.", "You can pay."),
    ("Sure, you can.", "You can."),
    ("Sure! Here's how to pay: by card.", "By card."),
    ("Certainly, returns take 30 days.", "Returns take 30 days."),
    ("Of course! I'd be happy to help you with that. Pay by card.", "Pay by card."),
    ("Great question! Thank you for asking. Pay by card.", "Pay by card."),
    ("As an AI language model, I say 30 days.", "I say 30 days."),
    ("Based on the provided passages, it takes 30 days [1].", "It takes 30 days [1]."),
    ("Based on the text above [1], it takes 30 days.", "It takes 30 days."),
    ("According to the documentation, it works.", "It works."),
    ("**Sure!** It works.", "It works."),
    ("Answer: it works.", "It works."),
    ("The answer to this question is: it works.", "It works."),
    ('The answer to the customer\'s question is: "No [1]."', '"No [1]."'),
    ("Die Antwort auf Ihre Frage lautet: 30 Tage.", "30 Tage."),
    ("La respuesta a su pregunta es: 30 días.", "30 días."),
    ("La réponse à votre question est : 30 jours.", "30 jours."),
    ("您的问题的答案是：30天。", "30天。"),
    ("Natürlich! Hier ist die Antwort auf Ihre Frage: 30 Tage.", "30 Tage."),
    ("Gerne! Als KI-Assistent, sage ich: 30 Tage.", "Sage ich: 30 Tage."),
    ("Bien sûr ! Voici la réponse : 30 jours.", "30 jours."),
    ("En tant qu'assistant, je dis 30 jours.", "Je dis 30 jours."),
    ("D'après les passages fournis, c'est 30 jours.", "C'est 30 jours."),
    ("¡Claro! Aquí está la respuesta: 30 días.", "30 días."),
    ("Según el texto proporcionado, son 30 días.", "Son 30 días."),
    ("当然！以下是您问题的答案：30天。", "30天。"),
    ("作为一个AI助手，我建议退货。", "我建议退货。"),
    ("根据提供的文档，退货需要30天。", "退货需要30天。"),
]
KEPT = [
    "",
    "You can pay by card.",
    "The answer to this question is in the guide: see page 3.",
    "Sure-fire tips are in the guide.",
    "Certainly not.",
    "Based on your plan, you pay monthly.",
    "Here's how to pay: by card.",
    "According to your contract, it is so.",
    "Greatly reduced prices, always.",
    "Of course catalogues there are many.",
    "As an administrator, you can do it.",
    "Klarna, Visa and others.",
    "Según su plan, paga mensualmente.",
    "当然如此。",
]


@pytest.mark.parametrize(("text", "expected"), CUT)
def test_opening_is_cut(text: str, expected: str) -> None:
    """One after the other, in five languages; what follows begins with a capital."""
    assert expected == without_opening(text)


@pytest.mark.parametrize("text", KEPT)
def test_other_beginnings_stay(text: str) -> None:
    """What only looks like one says something."""
    assert text == without_opening(text)

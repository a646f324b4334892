"""Which questions stand alone, by rule."""

from __future__ import annotations

import pytest

from assistant.rewriting.standing_alone import stands_alone


@pytest.mark.parametrize(
    "question",
    [
        "How long does a refund take?",
        "How long does it take to get a refund?",
        "Is it possible to change my address?",
        "What is the weather in that's-all-folks land?",
        "Can newborns catch COVID-19 from their mother?",
        "Which country signed a treaty in 1985 to give it special status?",
        "Do I need a new eye exam to replace my license?",
        "Wie lange dauert der Versand?",
        "Gibt es einen Rabatt für Studenten?",
        "Comment puis-je annuler ma commande ?",
        "Est-il possible de payer par chèque ?",
        "¿Cuánto tarda el envío a Canarias?",
        "如何申请退货?",
        "怎么退款",
    ],
)
def test_clear_question_stands_alone(question: str) -> None:
    """It names what it asks about, and is never rewritten."""
    assert stands_alone(question)


@pytest.mark.parametrize(
    "question",
    [
        "and how much is it?",
        "What about returns?",
        "what if i moved?",
        "yes",
        "overseas?",
        "How much?",
        "Can I return this?",
        "Do they ship on Sundays?",
        "Why not?",
        "How do I do that?",
        "  It\u2019s broken",
        "und was kostet das?",
        "Kann ich sie zurückgeben?",
        "et combien ça coûte ?",
        "y cuánto cuesta?",
        "¿Puedo devolverlo?",
        "它多少钱?",
        "那运费呢?",
        "",
        "?!",
    ],
)
def test_question_that_leans_on_others_does_not(question: str) -> None:
    """By a pronoun, by how it begins, or by what it leaves out."""
    assert not stands_alone(question)

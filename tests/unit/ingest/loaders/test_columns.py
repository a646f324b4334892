"""Which columns hold questions and answers, by their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import DocumentUnreadable
from ingest.loaders.columns import Columns, named_columns
from ingest.loaders.options import ReadingHints

NO_HINTS = ReadingHints()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("question,answer", (0, 1)),
        ("id,ANSWER , Question", (2, 1)),
        ("Q,A", (0, 1)),
        ("Frage,Antwort", (0, 1)),
        ("Pregunta,Respuesta", (0, 1)),
        ("Domanda,Risposta", (0, 1)),
        ("编号,问题,答案", (1, 2)),
        ("问题内容,回答内容", (0, 1)),
        ("質問,回答", (0, 1)),
        ("질문,답변", (0, 1)),
        ("Question (EN),Answer (EN)", (0, 1)),
        ("Question (EN),Question (DE),Answer (DE),Answer (EN)", (0, 3)),
        ("faq_question,faq_answer", (0, 1)),
        ("Question Text,Answer Text", (0, 1)),
        ("Question ID,Question,Answer ID,Answer", (1, 3)),
        ("Question:,Answer:", (0, 1)),
        ("prompt,response", (0, 1)),
        ("instruction,input,output", (0, 2)),
        ("prompt,completion", (0, 1)),
        ("id,title,body,tags", (1, 2)),
        ("title,body,question,answer", (2, 3)),
        ("Subject,Description", (0, 1)),
        ("query,answer", (0, 1)),
        ("name,value", None),
        ("question", None),
        ("question,question", None),
        ("Question ID,Answer ID", None),
        ("How do I answer a question?,You do it so", None),
        ("", None),
    ],
)
def test_columns_are_found_by_their_names(header: str, expected: tuple[int, int] | None) -> None:
    """In several languages, in any case, decorated; of several languages the same for both."""
    found = named_columns("/faq.csv", header.split(","), NO_HINTS)
    assert found == (Columns(*expected) if expected else None)


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("topic", "text", Columns(0, 3)),
        (" Topic ", "", Columns(0, 2)),
        ("", "text", Columns(1, 3)),
        ("answer", "question", Columns(2, 1)),
    ],
)
def test_named_columns_come_first(question: str, answer: str, expected: Columns) -> None:
    """The one that is not named is found as ever."""
    header = ["Topic", "Question", "Answer", "Text"]
    assert named_columns("/faq.csv", header, ReadingHints(question, answer)) == expected


def test_an_unknown_column_is_refused_with_those_there_are() -> None:
    """So that the next try is right; what is hostile in their names does no harm."""
    header = ["Topic", "Te\nxt\x1b", "", *(f"c{number}" for number in range(50))]
    with pytest.raises(DocumentUnreadable) as refused:
        named_columns("/faq.csv", header, ReadingHints(answer_column="Reply"))
    assert str(refused.value).startswith(r"/faq.csv has no column 'Reply': name one of Topic, Te xt\x1b, c0, c1,")
    assert str(refused.value).endswith(", c17, …")


@given(st.lists(st.text()))
def test_any_header_has_two_columns_or_none(header: list[str]) -> None:
    """Never the same one twice."""
    found = named_columns("/faq.csv", header, NO_HINTS)
    assert found is None or (found.question != found.answer and max(found.question, found.answer) < len(header))

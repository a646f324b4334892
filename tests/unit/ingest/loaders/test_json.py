"""FAQs in JSON."""

from __future__ import annotations

import pytest

from ingest.errors import DocumentUnreadable, EmptyDocument
from ingest.loaders.base import LoadedDocument, QuestionAnswer, QuestionAnswers, RawDocument
from ingest.loaders.json import load_json, load_json_lines
from ingest.loaders.options import LoaderOptions, ReadingHints


def lines(text: str | bytes, hints: ReadingHints | None = None) -> LoadedDocument:
    data = text if isinstance(text, bytes) else text.encode()
    return load_json_lines(RawDocument("/faq.jsonl", data), LoaderOptions(hints=hints or ReadingHints()))


@pytest.mark.parametrize(
    "text",
    [
        '{"question": "Why?", "answer": "So."}\n{"question": "When?", "answer": 7}\n',
        '\ufeff{"prompt": "Why?", "completion": "So."}\r\n\r\n{"completion": "7", "prompt": " When? "}',
        '{"id": 1, "q": "Why?", "a": "So.", "x": [1, {"y": null}]}\n{"q": "When?", "a": "7"}',
    ],
)
def test_each_line_is_a_pair(text: str) -> None:
    """Whatever the keys are called and in whatever order they stand."""
    assert lines(text).content == QuestionAnswers((QuestionAnswer("Why?", "So."), QuestionAnswer("When?", "7")))


def test_an_array_of_objects_is_the_same() -> None:
    """As exports write it."""
    document = load_json(RawDocument("/faq.json", b'[{"question": "Why?", "answer": "So."}, {"question": "x"}]'))
    assert document.content == QuestionAnswers((QuestionAnswer("Why?", "So."),))
    assert document.notes == ("/faq.json: left out 1 row without a question or without an answer (lines 2)",)


def test_hints_name_the_keys() -> None:
    """And an unknown one is told."""
    text = '{"topic": "Why?", "text": "So.", "question": "no", "answer": "no"}'
    assert lines(text, ReadingHints("topic", "text")).content == QuestionAnswers((QuestionAnswer("Why?", "So."),))
    with pytest.raises(DocumentUnreadable, match="no column 'reply': name one of topic, text, question, answer"):
        lines(text, ReadingHints("topic", "reply"))


def test_what_the_database_can_not_hold_is_left_out() -> None:
    """Halves of character pairs and zero characters, which JSON can write."""
    content = lines(r'{"question": "W\u0000hy\ud800?", "answer": "So \ud83d\ude00"}').content
    assert content == QuestionAnswers((QuestionAnswer("Why?", "So 😀"),))


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ('{"question": "Why?", "answer": "So."}\n{"question": ', "line 2 is no valid JSON"),
        ('{"question": "Why?", "answer": "So."}\n["Why?"]', "line 2 is no object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"question":' * 100_000, "nested too deeply"),
        ('{"question": "Why?", "answer": ' + "9" * 100_000 + "}", "line 1 is no valid JSON"),
        ('{"name": "a", "value": "b"}', "the keys 'question' and 'answer' (they have: name, value)"),
        ("%PDF-1.4", "a PDF file in spite of its name"),
    ],
)
def test_a_broken_file_is_told_with_its_line(text: str, advice: str) -> None:
    """On one line."""
    with pytest.raises(DocumentUnreadable) as caught:
        lines(text)
    assert advice in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["{}", '{"question": "a"}', "3", '"text"', "null"])
def test_json_of_another_shape_is_refused(text: str) -> None:
    """With the shape that is wanted."""
    with pytest.raises(DocumentUnreadable, match="is not an array of objects with question and answer"):
        load_json(RawDocument("/faq.json", text.encode()))


def test_a_file_without_pairs_is_empty() -> None:
    """Keys alone answer nobody."""
    with pytest.raises(EmptyDocument, match="no row with a question and an answer"):
        lines('{"question": "Why?", "answer": ""}')

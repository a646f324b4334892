"""FAQs in CSV files."""

from __future__ import annotations

import pytest

from ingest.errors import DocumentUnreadable, EmptyDocument
from ingest.loaders.base import QuestionAnswer, QuestionAnswers, RawDocument
from ingest.loaders.csv import load_csv
from ingest.loaders.options import LoaderOptions, ReadingHints

URI = "/faq.csv"


@pytest.mark.parametrize(
    "text",
    [
        'question,answer\nHow much?,"Ten, or more."\nWhen?,Now.\n',
        'Question , ANSWER\r\nHow much?,"Ten, or more."\r\n\r\nWhen?,Now.',
        '\ufeffquestion;answer\n"How much?";"Ten, or more."\nWhen?;Now.\n',
        "id\tanswer\tquestion\n1\tTen, or more.\tHow much?\n2\tNow.\tWhen?\n,,\n".replace(",,", "\t\t"),
    ],
)
def test_the_pairs_are_read_in_order(text: str) -> None:
    """Whatever the separator, the case and order of the columns, and whatever stands in other columns."""
    expected = (QuestionAnswer("How much?", "Ten, or more."), QuestionAnswer("When?", "Now."))
    assert load_csv(RawDocument(URI, text.encode())).content == QuestionAnswers(expected)


def test_quoted_cells_may_hold_lines() -> None:
    """And quotes."""
    content = load_csv(RawDocument(URI, b'question,answer\n"A\n""b""?","one\ntwo"\n')).content
    assert content == QuestionAnswers((QuestionAnswer('A\n"b"?', "one\ntwo"),))


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("name,value\na,b\n", "its first line must name the columns 'question' and 'answer'"),
        ("question,answer\nWhy?,a, b\n", "line 2: 3 columns instead of 2; put text that holds separators"),
        ("question,answer\nWhy?\n", "line 2: 1 columns instead of 2"),
        ('question,answer\nWhy?,"never closed\n', "line 2 is no valid CSV"),
        ("question,answer\nWhy?," + "x" * 200_000, "line 2 is no valid CSV"),
        ('question,answer\nA,B\nWhy?,"a"b\n', "line 3 is no valid CSV"),
        ("\x01\x02garbage", "its first line must name"),
    ],
)
def test_a_broken_table_is_told_with_its_line(text: str, advice: str) -> None:
    """Nothing is dropped in silence: the whole file is refused, with what to do."""
    with pytest.raises(DocumentUnreadable, match=r"^/faq\.csv") as caught:
        load_csv(RawDocument(URI, text.encode()))
    assert advice in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("rows", ["", "\n\n", "Why?,\n,Because.\n"])
def test_a_table_without_pairs_is_empty(rows: str) -> None:
    """Column names and half rows answer nobody."""
    with pytest.raises(EmptyDocument, match="has no row with a question and an answer"):
        load_csv(RawDocument(URI, f"question,answer\n{rows}".encode()))


def test_half_rows_are_left_out_and_noted() -> None:
    """Real tables have some; the lines are named, so that they can be filled in."""
    document = load_csv(RawDocument(URI, b"question,answer\nA,B\n ,x\nC,D\n\nE,\n"))
    assert document.content == QuestionAnswers((QuestionAnswer("A", "B"), QuestionAnswer("C", "D")))
    assert document.notes == ("/faq.csv: left out 2 rows without a question or without an answer (lines 3, 6)",)


def test_many_half_rows_are_counted() -> None:
    """The first ten are listed."""
    document = load_csv(RawDocument(URI, b"question,answer\nA,B\n" + b"x,\n" * 50))
    assert document.notes[0].endswith(
        "left out 50 rows without a question or without an answer (lines 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, …)"
    )


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nFrage;Antwort\nWhy?;So, yes.\n",
        "Why?;So, yes.\n",
        'Why?,"So, yes."\n',
        "Why?\tSo, yes.\t\n\t\t\n",
        "Topic;Text\nWhy?;So, yes.\nWhy?;\nWhen?;\n",
    ],
)
def test_columns_and_separators_are_found(text: str) -> None:
    """By names, by Excel's own first line, or because the first of two columns asks."""
    pairs = load_csv(RawDocument(URI, text.encode())).content
    assert pairs == QuestionAnswers((QuestionAnswer("Why?", "So, yes."),))


def test_lines_are_counted_with_what_stands_above() -> None:
    """Excel's first line and the names are lines of the file."""
    document = load_csv(RawDocument(URI, b"sep=;\nFrage;Antwort\nWhy?;So.\nWhen?;\n"))
    assert document.notes == ("/faq.csv: left out 1 row without a question or without an answer (lines 4)",)


def test_names_of_columns_that_were_guessed_are_noted() -> None:
    """Should the first row have been a pair after all."""
    document = load_csv(RawDocument(URI, b"Topic,Text\nWhy?,So.\nWhen?,Now.\n"))
    assert document.notes == ("/faq.csv: took line 1 for column names (Topic, Text)",)


def test_hints_name_the_columns() -> None:
    """Whatever separates them; an unknown one is refused with those there are."""
    text = b"topic;question;answer, or reply\nWhy?;no;So.\n"
    options = LoaderOptions(hints=ReadingHints("Topic", "answer, or reply"))
    assert load_csv(RawDocument(URI, text), options).content == QuestionAnswers((QuestionAnswer("Why?", "So."),))
    options = LoaderOptions(hints=ReadingHints("topic", "response"))
    with pytest.raises(DocumentUnreadable, match="no column 'response': name one of topic, question, answer, or reply"):
        load_csv(RawDocument(URI, text), options)

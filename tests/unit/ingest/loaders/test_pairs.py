"""Rows to question-answer pairs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import EmptyDocument
from ingest.loaders.base import QuestionAnswer, QuestionAnswers, RawDocument
from ingest.loaders.columns import Columns
from ingest.loaders.pairs import Pairs, Row, is_question, nameless_columns

RAW = RawDocument("/faq.csv", b"")
ROWS = st.lists(st.lists(st.text(max_size=8), max_size=4))


def rows_of(cells: list[list[str]]) -> list[Row]:
    return [Row(str(number), row) for number, row in enumerate(cells, 1)]


@given(ROWS)
def test_every_row_is_a_pair_or_incomplete_or_empty(cells: list[list[str]]) -> None:
    """Nothing is lost, nothing is made up, and the order stays."""
    pairs = Pairs()
    pairs.add(rows_of(cells), Columns(2, 0))
    stripped = [[cell.replace("\0", "").strip() for cell in row] for row in cells]
    expected = [QuestionAnswer(row[2], row[0]) for row in stripped if len(row) > 2 and row[2] and row[0]]
    assert pairs.found == expected
    assert len(pairs.incomplete) == sum(any(row) for row in stripped) - len(expected)
    if expected:
        assert pairs.document(RAW).content == QuestionAnswers(tuple(pairs.found))
    else:
        with pytest.raises(EmptyDocument, match="no row with a question and an answer"):
            pairs.document(RAW)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([["Why?", "So."]], (Columns(0, 1), False)),
        ([["", "Why?", "", "So."], ["", "How do I pay", "", "So."]], (Columns(1, 3), False)),
        ([["Topic", "Text"], ["Why?", "So."], ["When?", "Now."]], (Columns(0, 1), True)),
        (
            [["Reset my password", "Click on it, then wait."], ["Why?", "So."], ["When?", "Now."]],
            (Columns(0, 1), False),
        ),
        ([["怎么退款？", "联系客服。"]], (Columns(0, 1), False)),
        ([["¿Cuánto cuesta", "Diez."]], (Columns(0, 1), False)),
        ([["Why?", "So.", "x"]], None),
        ([["Why?"]], None),
        ([["Name", "Value"], ["a", "b"]], None),
        ([["a", "b"], ["Why?", "So."]], (Columns(0, 1), True)),
        ([], None),
    ],
)
def test_two_columns_of_mostly_questions_need_no_names(
    cells: list[list[str]], expected: tuple[Columns, bool] | None
) -> None:
    """Unless the first row reads like names of columns."""
    assert nameless_columns(rows_of(cells)) == expected


@given(ROWS)
def test_any_table_has_two_columns_or_none(cells: list[list[str]]) -> None:
    """Places that are in it."""
    found = nameless_columns(rows_of(cells))
    assert found is None or found[0].question < found[0].answer < max(len(row) for row in cells)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where is it?", True),
        ("How to pay", True),
        ("Howard pays", False),
        ("wie lange dauert es", True),
        ("请问营业时间", True),
        ("It is here.", False),
        ("", False),
    ],
)
def test_questions_are_told(text: str, expected: bool) -> None:
    """By their mark, or by the word that they begin with."""
    assert is_question(text) is expected

"""Reading the questions of an evaluation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.evaluation.questions import Gold, PastMessage, Question, read_questions, sample

WHOLE = {
    "id": 7,
    "query": "How much?",
    "history": [{"role": "customer", "text": "Hi"}, {"role": "agent", "text": "Hello"}],
    "answerable": True,
    "gold": [{"uri": "a.md", "text": "Five."}],
    "answer": "Five euros.",
    "unknown": {"fields": "are ignored"},
}


def written(path: Path, *lines: object) -> Path:
    file = path / "questions.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return file


def test_questions_are_read_with_all_that_is_known_of_them(tmp_path: Path) -> None:
    """What is left out is empty, and a question without gold has no answer in the documents."""
    file = written(tmp_path, WHOLE, "", {"id": "7", "query": "Why?"})
    assert read_questions(file) == [
        Question(
            7,
            "How much?",
            (PastMessage("customer", "Hi"), PastMessage("agent", "Hello")),
            answerable=True,
            gold=(Gold("a.md", "Five."),),
            answer="Five euros.",
        ),
        Question("7", "Why?", answerable=False),
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 2: no JSON"),
        ("[1]", "line 2: no object"),
        ('{"query": "x"}', 'line 2: no "id"'),
        ('{"id": true, "query": "x"}', 'line 2: no "id"'),
        ('{"id": 1, "query": 5}', 'line 2: no "query"'),
        ('{"id": 1, "query": "x", "answerable": "yes"}', 'line 2: "answerable"'),
        ('{"id": 1, "query": "x", "gold": [{"text": "x"}]}', 'line 2: each of "gold"'),
        ('{"id": 1, "query": "x", "gold": "x"}', 'line 2: "gold" must be a list'),
        ('{"id": 1, "query": "x", "history": [{"role": "bot", "text": "x"}]}', 'line 2: each of "history"'),
        ('{"id": 1, "query": "x", "answer": 5}', 'line 2: "answer"'),
        ('{"id": 7, "query": "x"}', "line 2: the id 7 is there already"),
        ("[" * 100_000, "line 2: no JSON"),
    ],
)
def test_wrong_line_is_named(tmp_path: Path, line: str, told: str) -> None:
    """With its number, and before anything is done."""
    with pytest.raises(EvaluationError) as raised:
        read_questions(written(tmp_path, WHOLE, line))
    assert told in str(raised.value)


def test_many_wrong_lines_are_counted(tmp_path: Path) -> None:
    """The first few are named."""
    with pytest.raises(EvaluationError, match=r"line 5: no JSON … and 2 more"):
        read_questions(written(tmp_path, *["{"] * 7))


def test_empty_or_missing_file_is_refused(tmp_path: Path) -> None:
    """There is nothing to evaluate."""
    with pytest.raises(EvaluationError, match="holds no question"):
        read_questions(written(tmp_path, ""))
    with pytest.raises(EvaluationError, match="can't be read"):
        read_questions(tmp_path / "none.jsonl")


def test_sample_is_the_same_each_time_and_in_order() -> None:
    """And all where more is asked for than there is."""
    questions = [Question(number, "x") for number in range(100)]
    chosen = sample(questions, 10)
    assert len(chosen) == 10
    assert chosen == sample(questions, 10) == sorted(chosen, key=lambda question: int(question.id))
    assert questions == sample(questions, None) == sample(questions, 200)

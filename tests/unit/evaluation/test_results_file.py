"""Results as they are kept, and taken up again."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.evaluation.result import Citation, FoundPassage, Result, read_result
from assistant.evaluation.results_file import ResultsFile, held_folder
from tests.unit.evaluation.made_results import question, result

ASKED = [question(number) for number in range(4)]
KEYS = {each.key for each in ASKED}
MADE = {"ASSISTANT_TOP_K": "5"}


def test_result_comes_back_from_its_line() -> None:
    """Half a character pair is replaced, as JSON can't hold it."""
    whole = Result(
        "x",
        "naïve\n?",
        answerable=True,
        has_gold=True,
        decision="answer",
        searched=("naïve?",),
        results=(FoundPassage("/docs/a.md", "A", "B", "text", 0.25, 0.5),),
        place=1,
        distance=0.25,
        gate={"drift": 0.0},
        answer="Yes [1].",
        citations=(Citation(1, "/docs/a.md", "A", "text"),),
        timings_s={"generate": 1.5},
    )
    line = whole.line()
    assert line.count(b"\n") == 1
    assert read_result(line) == whole
    assert read_result(line[:-20]) is None
    assert b"\\ud83d" in Result("x", "half \ud83d", True, True, "answer").line()


def test_run_goes_on_after_the_last_whole_line(tmp_path: Path) -> None:
    """What was cut short is asked again, and so is what failed."""
    first = ResultsFile(tmp_path, "", MADE)
    assert first.open(KEYS, fresh=False) == {}
    first.add(result(ASKED[0]))
    first.add(result(ASKED[1], decision="error", error="ModelUnavailable: gone"))
    first.add(result(ASKED[2]))
    first.close()
    with first.path.open("ab") as file:
        file.write(result(ASKED[3]).line()[:-30])
    again = ResultsFile(tmp_path, "", MADE)
    known = again.open(KEYS, fresh=False)
    assert known == {each.key: result(each) for each in (ASKED[0], ASKED[2])}
    again.add(result(ASKED[3]))
    again.close()
    lines = first.path.read_bytes().splitlines(keepends=True)
    assert [read_result(line) for line in lines] == [result(each) for each in (ASKED[0], ASKED[2], ASKED[3])]


def test_finished_file_holds_the_results_in_order(tmp_path: Path) -> None:
    """However they came."""
    file = ResultsFile(tmp_path, "strict", MADE)
    file.open(KEYS, fresh=False)
    for each in reversed(ASKED):
        file.add(result(each))
    file.finish([result(each) for each in ASKED])
    assert file.path.name == "results.strict.jsonl"
    assert [read_result(line + b"\n") for line in file.path.read_bytes().splitlines()] == list(map(result, ASKED))


def test_results_of_another_configuration_are_refused(tmp_path: Path) -> None:
    """What changed is named; `fresh` throws them away."""
    first = ResultsFile(tmp_path, "", MADE)
    first.open(KEYS, fresh=False)
    first.add(result(ASKED[0]))
    first.close()
    other = ResultsFile(tmp_path, "", {"ASSISTANT_TOP_K": "3"})
    with pytest.raises(EvaluationError, match=r"\(ASSISTANT_TOP_K changed\).*--fresh"):
        other.open(KEYS, fresh=False)
    assert read_result(first.path.read_bytes()) == result(ASKED[0])
    assert other.open(KEYS, fresh=True) == {}


def test_results_of_somebody_else_are_not_overwritten(tmp_path: Path) -> None:
    """A file of that name which is not ours."""
    (tmp_path / "results.jsonl").write_text("precious\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="does not say of which configuration"):
        ResultsFile(tmp_path, "", MADE).open(KEYS, fresh=False)
    assert (tmp_path / "results.jsonl").read_text(encoding="utf-8") == "precious\n"


def test_folder_is_for_one_evaluation_at_a_time(tmp_path: Path) -> None:
    """And for the next one afterwards."""
    with held_folder(tmp_path / "new" / "out") as folder:
        assert folder.is_dir()
        with pytest.raises(EvaluationError, match="another evaluation writes"), held_folder(folder):
            pass
    with held_folder(folder):
        pass


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file stands in the way."""
    (tmp_path / "file").touch()
    with pytest.raises(EvaluationError, match=r"--out .*file.* can't be written to"), held_folder(tmp_path / "file"):
        pass

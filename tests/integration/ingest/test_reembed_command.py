"""`ingest reembed` with real Postgres and real embedding models."""

from __future__ import annotations

import pytest

from assistant.embedding.model_location import locate_model
from tests.integration.ingest.cli_runner import lines, run, write

pytestmark = pytest.mark.xdist_group("embedding_model")


@pytest.fixture
def other_model(monkeypatch: pytest.MonkeyPatch) -> str:
    """The packaged model under the name of its folder: to the database it is another one."""
    monkeypatch.setenv("ASSISTANT_EMBEDDING_PRECISION", "float32")
    return locate_model("").source


def test_set_is_searched_by_another_model_from_then_on(monkeypatch: pytest.MonkeyPatch, other_model: str) -> None:
    """Without any setting; an EMBEDDING_MODEL that is not the set's is refused, by `search` and by `add`."""
    write("a.md", "All about cats.")
    run("add", "a.md")
    moved = run("reembed", other_model, "--json")
    expected = {"knowledge_sets": ["default"], "embedding_model": other_model, "embedded": 1}
    assert (moved.exit_code, lines(moved)) == (0, [expected])
    assert [hit["text"] for hit in lines(run("search", "kittens", "--json"))] == ["All about cats."]
    write("b.md", "All about dogs.")
    assert run("add", "b.md").exit_code == 0
    monkeypatch.setenv("EMBEDDING_MODEL", "all-MiniLM-L6-v2")
    write("c.md", "All about birds.")
    for refused in (run("add", "c.md"), run("search", "birds")):
        assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
        assert "ingest reembed" in refused.stderr
    assert len(lines(run("list", "--json"))) == 2


def test_unknown_set_or_model_is_told_in_one_line() -> None:
    """Nothing is changed."""
    write("a.md", "text")
    run("add", "a.md")
    for arguments, told in (
        (("reembed", "/no/such/folder"), "/no/such/folder is not a folder"),
        (("reembed", "all-MiniLM-L6-v2", "--knowledge-set", "nowhere"), "no knowledge set 'nowhere'"),
    ):
        result = run(*arguments)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
        assert told in result.stderr

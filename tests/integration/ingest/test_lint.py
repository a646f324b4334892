"""`ingest lint` with real Postgres and the real embedding model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.web_site import WebSite
from tests.integration.ingest.cli_runner import lines, run, write

pytestmark = pytest.mark.xdist_group("embedding_model")

NOTICE = "All parcels leave our warehouse in Bern on the day of the order, and are insured against loss and damage."


@pytest.fixture
def site() -> Iterator[WebSite]:
    with WebSite() as site:
        yield site


def test_each_kind_of_fault_is_found(monkeypatch: pytest.MonkeyPatch, site: WebSite) -> None:
    """And nothing that is right; the most important first, as JSON with the exit code that was asked for."""
    monkeypatch.setenv("ASSISTANT_FETCH_HOSTS", site.place)
    alive, gone = site.page("/alive", "here"), site.url("/gone")
    faq = write(
        "faq.csv",
        "question,answer\nHow long do refunds take?,Within 14 days.\nWhere is your office?,In Bern.\n"
        "How do I pay?,By card or by invoice.\nWhere do I pay?,At the counter.\n",
    )
    old = write("old.csv", "question,answer\nHow long does a refund take?,Within 30 days.\nWho are you?,A shop.\n")
    one = write("one.md", f"# Shipping\n\n{NOTICE}\n\n## Help\n\nSee [here]({alive}), [there]({gone}) and [b](b.md).")
    other = write("other.md", f"# Parcels\n\n{NOTICE}")
    write("q.jsonl", "".join(f'{{"id": {n}, "query": "{q}"}}\n' for n, q in enumerate(QUESTIONS)))
    assert run("add", ".").exit_code == 1  # q.jsonl is no table of questions and answers

    result = run("lint", "--questions", "q.jsonl", "--json", "--fail-on", "contradiction")
    found = [(entry["kind"], entry["uri"], [other["uri"] for other in entry["others"]]) for entry in lines(result)]
    assert found == [
        ("contradiction", faq, [old]),
        ("unanswered", "", [""]),
        ("dead link", one, []),
        ("dead link", one, []),
        ("duplicate", one, [other]),
    ]
    whys = [entry["why"] for entry in lines(result)]
    assert whys[0] == "14 days against 30 days"
    assert sorted(whys[2:4]) == sorted([f"{gone}: the server says that there is no such page", "b.md: no such file"])
    assert (result.exit_code, result.stderr) == (1, "")
    assert run("lint", "--no-links", "--fail-on", "dead link").exit_code == 0


def test_people_read_tables() -> None:
    """Where it stands and why, in words; and one line where nothing is wrong."""
    write("a.csv", "question,answer\nCan I cancel my order?,Yes.\n")
    write("b.csv", "question,answer\nCan I cancel the order?,No.\n")
    run("add", "a.csv")
    assert run("lint").stdout == "nothing to mend was found\n"
    run("add", "b.csv")
    shown = run("lint").stdout
    assert "Contradictions" not in shown  # "my" may make another question of it
    write("b.csv", "question,answer\nCan I cancel my orders?,No.\n")
    run("add", "b.csv")
    result = run("lint")
    assert (result.exit_code, "Contradictions" in result.stdout, "yes against no" in result.stdout) == (0, True, True)


def test_unknown_set_or_broken_questions_are_told_in_one_line() -> None:
    """Before anything is searched."""
    write("a.md", "text")
    run("add", "a.md")
    Path("q.jsonl").write_text("{}\n", encoding="utf-8")
    for arguments, told in (
        (("--knowledge-set", "nowhere"), "no knowledge set 'nowhere'"),
        (("--questions", "q.jsonl"), 'q.jsonl line 1 has no "id"'),
    ):
        result = run("lint", *arguments)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
        assert told in result.stderr


QUESTIONS = ("Do you repair bicycles?", "Can I have my bicycle repaired?", "How long do refunds take?")

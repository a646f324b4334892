"""Passages: no longer than the model reads, nothing lost, and each with its context."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import ConfigurationError
from ingest.loaders.base import Content, LoadedDocument, Markdown, PlainText, QuestionAnswer, QuestionAnswers
from ingest.split import SPECIAL_TOKENS, Passage, SplitOptions, Splitter
from tests.fakes.counting_embedder import CountingEmbedder

WORDS = [f"w{number}" for number in range(500)]


def split(
    content: Content, title: str = "", *, max_tokens: int = 64, overlap: int = 0, extra_tokens: int = 0
) -> list[Passage]:
    """The passages of a document with this content."""
    splitter = Splitter(CountingEmbedder(512, extra_tokens), SplitOptions(max_tokens, overlap))
    return splitter.split(LoadedDocument("/docs/a.md", title, content, "00"))


def test_a_section_is_one_passage_where_it_fits() -> None:
    """The stored text is the section alone; what is embedded has the headings before it."""
    [passage] = split(Markdown("# Fees\n## Cards\nTen euros.", slug_anchors=True))
    chunk = passage.chunk
    assert (chunk.text, chunk.heading_path, chunk.anchor) == ("Ten euros.", ("Fees", "Cards"), "cards")
    assert passage.embedded_text == "Fees\nCards\n\nTen euros."
    assert chunk.token_count == CountingEmbedder().count_tokens("Ten euros.")


@pytest.mark.parametrize(
    ("title", "expected"),
    [("Bank", "Bank\nFees\n\nTen."), ("Fees", "Fees\n\nTen."), ("", "Fees\n\nTen.")],
)
def test_the_title_is_context_unless_a_heading_says_it(title: str, expected: str) -> None:
    """Said once."""
    [passage] = split(Markdown("# Fees\nTen.", slug_anchors=True), title)
    assert passage.embedded_text == expected


def test_a_long_section_is_split_with_its_headings_on_each_part() -> None:
    """Every part tells where it belongs, and has the section's anchor; the title stands before the first alone."""
    text = f"# Bank\n## Fees\n{' '.join(WORDS)}\n## Cards\nTen."
    *fees, cards = split(Markdown(text, slug_anchors=True))
    assert len(fees) > 5
    assert {(p.chunk.heading_path, p.chunk.anchor) for p in fees} == {(("Bank", "Fees"), "fees")}
    assert fees[0].embedded_text == f"Bank\nFees\n\n{fees[0].chunk.text}"
    assert all(p.embedded_text == f"Fees\n\n{p.chunk.text}" for p in fees[1:])
    assert cards.embedded_text == "Bank\nCards\n\nTen."
    assert " ".join(p.chunk.text for p in fees).split() == WORDS


def test_one_of_several_top_headings_is_no_title() -> None:
    """It tells one part of the document from the other, and stays before all that is below it."""
    text = f"# Fees\n{' '.join(WORDS)}\n# Cards\nTen."
    *fees, cards = split(Markdown(text, slug_anchors=True))
    assert all(passage.embedded_text == f"Fees\n\n{passage.chunk.text}" for passage in fees)
    assert cards.embedded_text == "Cards\n\nTen."


def test_neighbours_overlap_as_asked() -> None:
    """The end of a part is the beginning of the next."""
    passages = split(PlainText(" ".join(WORDS)), overlap=10)
    parts = [passage.chunk.text.split() for passage in passages]
    assert all(set(before[-10:]) & set(after[:10]) for before, after in itertools.pairwise(parts))
    assert list(dict.fromkeys(word for part in parts for word in part)) == WORDS


def test_overlong_headings_leave_room_for_the_text() -> None:
    """The outer ones go first; the stored heading path stays whole."""
    outer = "outer " * 100
    passages = split(Markdown(f"# {outer}\n## Inner\n{' '.join(WORDS)}", slug_anchors=True))
    assert all(passage.embedded_text.startswith("Inner\n\n") for passage in passages)
    assert {passage.chunk.heading_path for passage in passages} == {(outer.strip(), "Inner")}


def test_plain_text_has_no_headings() -> None:
    """Hashes in a text file are text."""
    [passage] = split(PlainText("# a\nb"), "Title")
    assert (passage.chunk.text, passage.chunk.heading_path, passage.chunk.anchor) == ("# a\nb", (), "")
    assert passage.embedded_text == "Title\n\n# a\nb"


def test_a_pair_is_one_passage_however_long() -> None:
    """Its heading is the question; its text holds both."""
    answer = " ".join(WORDS)
    passages = split(QuestionAnswers((QuestionAnswer("Why?", "Because."), QuestionAnswer("How?", answer))), "Faq")
    assert [p.chunk.text for p in passages] == ["Why?\nBecause.", f"How?\n{answer}"]
    assert [p.chunk.heading_path for p in passages] == [("Why?",), ("How?",)]
    assert [p.embedded_text for p in passages] == [p.chunk.text for p in passages]


@pytest.mark.parametrize(
    "text",
    [
        "字" * 5000,
        "a" * 10_000,
        "a" * 10_000 + " b " + "c" * 10_000,
        "| a | b |\n| - | - |\n" + "| cell | cell |\n" * 2000,
        "```python\n" + "x = 1  # comment\n" * 2000 + "```",
        "- item\n" * 3000,
        "> " * 50 + "text " * 1000,
        "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 3000,
        "x" + " " * 5000 + "y",
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.parametrize("extra_tokens", [0, 5])
def test_no_passage_is_too_long(text: str, extra_tokens: int) -> None:
    """Also of text without blanks, and with tokenizers whose tokens don't add up; not a letter is lost."""
    passages = split(Markdown(f"# Heading\n{text}", slug_anchors=True), extra_tokens=extra_tokens)
    count = CountingEmbedder(512, extra_tokens).count_tokens
    assert max(count(passage.embedded_text) for passage in passages) + SPECIAL_TOKENS <= 64
    assert "".join("".join(passage.chunk.text.split()) for passage in passages) == "".join(text.split())


def test_the_models_window_limits_too() -> None:
    """A model that reads 40 tokens gets no more, whatever is set."""
    splitter = Splitter(CountingEmbedder(max_tokens=40), SplitOptions(256, 0))
    passages = splitter.split(LoadedDocument("/a", "", PlainText(" ".join(WORDS)), "00"))
    assert max(CountingEmbedder().count_tokens(p.embedded_text) for p in passages) <= 38


@pytest.mark.parametrize(("max_tokens", "overlap"), [(31, 0), (64, 64), (64, -1)])
def test_senseless_options_are_refused(max_tokens: int, overlap: int) -> None:
    """The setting is named."""
    with pytest.raises(ConfigurationError, match="ASSISTANT_CHUNK_"):
        SplitOptions(max_tokens, overlap)


LINES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=60),
    st.sampled_from(["# A", "## B {#b}", "===", "---", "```", "> q", "- item", "1. item", "    code", "| a | b |", ""]),
    st.text("ab字 ", min_size=200, max_size=600),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=30), st.sampled_from([0, 8]))
def test_all_words_of_the_bodies_come_in_order(lines: list[str], overlap: int) -> None:
    """Whatever the document: each passage is short enough, and taken one after the other they cover every section's
    words, each passage beginning no later than where the one before ended."""
    from ingest.sections import sections

    text = "\n".join(lines)
    bodies = "".join("".join(section.body.split()) for section in sections(text, slug_anchors=True))
    passages = split(Markdown(text, slug_anchors=True), overlap=overlap) if text.strip() else []
    covered = 0
    for passage in passages:
        letters = "".join(passage.chunk.text.split())
        start = bodies.rfind(letters, 0, covered + len(letters))
        assert 0 <= start <= covered
        covered = max(covered, start + len(letters))
        assert CountingEmbedder().count_tokens(passage.embedded_text) + SPECIAL_TOKENS <= 64
    assert not text.strip() or covered == len(bodies)

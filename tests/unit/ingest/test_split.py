"""Passages: no longer than the model reads, nothing lost, and each with its context."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import ConfigurationError
from assistant.vector_store.base import Chunk
from ingest.loaders.base import Content, LoadedDocument, Markdown, PlainText, QuestionAnswer, QuestionAnswers
from ingest.sections import sections
from ingest.split import SPECIAL_TOKENS, SplitOptions, Splitter
from tests.fakes.counting_embedder import CountingEmbedder

WORDS = [f"w{number}" for number in range(500)]


def split(
    content: Content, title: str = "", *, max_tokens: int = 64, overlap: int = 0, extra_tokens: int = 0
) -> list[Chunk]:
    """The chunks of a document with this content."""
    splitter = Splitter(CountingEmbedder(512, extra_tokens), SplitOptions(max_tokens, overlap))
    return splitter.split(LoadedDocument("/docs/a.md", title, content, "00"))


def test_a_section_is_one_chunk_where_it_fits() -> None:
    """The stored text is the section alone; what is embedded has the headings before it."""
    [chunk] = split(Markdown("# Fees\n## Cards\nTen euros.", slug_anchors=True))
    assert (chunk.text, chunk.heading_path, chunk.anchor) == ("Ten euros.", ("Fees", "Cards"), "cards")
    assert chunk.embedded_texts[0] == "Fees\nCards\n\nTen euros."
    assert chunk.token_count == CountingEmbedder().count_tokens("Ten euros.")


@pytest.mark.parametrize(
    ("title", "expected"),
    [("Bank", "Bank\nFees\n\nTen."), ("Fees", "Fees\n\nTen."), ("", "Fees\n\nTen.")],
)
def test_the_title_is_context_unless_a_heading_says_it(title: str, expected: str) -> None:
    """Said once."""
    [chunk] = split(Markdown("# Fees\nTen.", slug_anchors=True), title)
    assert chunk.embedded_texts[0] == expected


def test_a_long_section_is_split_with_its_headings_on_each_part() -> None:
    """Every part tells where it belongs, and has the section's anchor; the title stands before the first alone."""
    text = f"# Bank\n## Fees\n{' '.join(WORDS)}\n## Cards\nTen."
    *fees, cards = split(Markdown(text, slug_anchors=True))
    assert len(fees) > 5
    assert {(p.heading_path, p.anchor) for p in fees} == {(("Bank", "Fees"), "fees")}
    assert fees[0].embedded_texts[0] == f"Bank\nFees\n\n{fees[0].text}"
    assert all(p.embedded_texts[0] == f"Fees\n\n{p.text}" for p in fees[1:])
    assert cards.embedded_texts[0] == "Bank\nCards\n\nTen."
    assert " ".join(p.text for p in fees).split() == WORDS


def test_one_of_several_top_headings_is_no_title() -> None:
    """It tells one part of the document from the other, and stays before all that is below it."""
    text = f"# Fees\n{' '.join(WORDS)}\n# Cards\nTen."
    *fees, cards = split(Markdown(text, slug_anchors=True))
    assert all(chunk.embedded_texts[0] == f"Fees\n\n{chunk.text}" for chunk in fees)
    assert cards.embedded_texts[0] == "Cards\n\nTen."


def test_neighbours_overlap_as_asked() -> None:
    """The end of a part is the beginning of the next."""
    chunks = split(PlainText(" ".join(WORDS)), overlap=10)
    parts = [chunk.text.split() for chunk in chunks]
    assert all(set(before[-10:]) & set(after[:10]) for before, after in itertools.pairwise(parts))
    assert list(dict.fromkeys(word for part in parts for word in part)) == WORDS


def test_overlong_headings_leave_room_for_the_text() -> None:
    """The outer ones go first; the stored heading path stays whole."""
    outer = "outer " * 80
    chunks = split(Markdown(f"# {outer}\n## Inner\n{' '.join(WORDS)}", slug_anchors=True))
    assert all(chunk.embedded_texts[0].startswith("Inner\n\n") for chunk in chunks)
    assert {chunk.heading_path for chunk in chunks} == {(outer.strip(), "Inner")}


def test_plain_text_has_no_headings() -> None:
    """Hashes in a text file are text."""
    [chunk] = split(PlainText("# a\nb"), "Title")
    assert (chunk.text, chunk.heading_path, chunk.anchor) == ("# a\nb", (), "")
    assert chunk.embedded_texts[0] == "Title\n\n# a\nb"


def test_a_pair_is_one_chunk_however_long() -> None:
    """Its heading is the question; its text holds both."""
    answer = " ".join(WORDS)
    chunks = split(QuestionAnswers((QuestionAnswer("Why?", "Because."), QuestionAnswer("How?", answer))), "Faq")
    assert [p.text for p in chunks] == ["Why?\nBecause.", f"How?\n{answer}"]
    assert [p.heading_path for p in chunks] == [("Why?",), ("How?",)]
    assert [p.is_pair for p in chunks] == [True, True]


def test_an_answer_that_pairs_share_is_not_embedded_by_itself() -> None:
    """It tells none of them from the others."""
    pairs = (QuestionAnswer("Why?", "Because."), QuestionAnswer("How?", "So."), QuestionAnswer("What for?", "So."))
    chunks = split(QuestionAnswers(pairs), "Faq")
    assert [p.embedded_texts for p in chunks] == [("Why?", "Because."), ("How?",), ("What for?",)]


HAN = "".join(chr(0x4E00 + number) for number in range(5000))


@pytest.mark.parametrize(
    "text",
    [
        HAN,
        "".join(WORDS),
        "".join(WORDS) + " b " + HAN,
        "| a | b |\n| - | - |\n" + "".join(f"| cell{n} | {n} |\n" for n in range(800)),
        "```python\n" + "".join(f"x = {n}  # comment\n" for n in range(800)) + "```",
        "".join(f"- item {n}\n" for n in range(800)),
        "> " * 50 + " ".join(WORDS),
        "".join(f"{chr(0x1F600 + n % 60)}{chr(0x200D)}{chr(0x1F300 + n // 60)}" for n in range(3000)),
        "x" + " " * 5000 + "y",
    ],
    ids=["han", "no blanks", "both", "table", "code", "list", "quotes", "emoji", "blanks"],
)
@pytest.mark.parametrize("extra_tokens", [0, 5])
def test_no_chunk_is_too_long(text: str, extra_tokens: int) -> None:
    """Also of text without blanks, and with tokenizers whose tokens don't add up; not a letter is lost."""
    chunks = split(Markdown(f"# Heading\n{text}", slug_anchors=True), extra_tokens=extra_tokens)
    count = CountingEmbedder(512, extra_tokens).count_tokens
    assert max(count(chunk.embedded_texts[0]) for chunk in chunks) + SPECIAL_TOKENS <= 64
    repeated = {"|", "a", "b", "-", "```python", "```"}
    found = "".join(word for chunk in chunks for word in chunk.text.split() if word not in repeated)
    assert found == "".join(word for word in text.split() if word not in repeated)


def test_the_models_window_limits_too() -> None:
    """A model that reads 40 tokens gets no more, whatever is set."""
    splitter = Splitter(CountingEmbedder(max_tokens=40), SplitOptions(256, 0))
    chunks = splitter.split(LoadedDocument("/a", "", PlainText(" ".join(WORDS)), "00"))
    assert max(CountingEmbedder().count_tokens(p.embedded_texts[0]) for p in chunks) <= 38


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
def test_whatever_the_document_is(lines: list[str], overlap: int) -> None:
    """Each chunk is short enough, says something and says it once; every word that stands under a heading is in one."""
    text = "\n".join(lines)
    chunks = split(Markdown(text, slug_anchors=True), overlap=overlap)
    assert all(CountingEmbedder().count_tokens(c.embedded_texts[0]) + SPECIAL_TOKENS <= 64 for c in chunks)
    assert len({chunk.key for chunk in chunks}) == len(chunks)
    kept = {word for chunk in chunks for word in chunk.text.split()}
    found = [block.text for section in sections(text, slug_anchors=True) for block in section.blocks]
    words = {word for body in found for word in body.split() if len(word) <= 20 and word.isalnum()}
    assert words - {normal for normal in words if normal.casefold() in {k.casefold() for k in kept}} == set()


def texts(markdown: str, *, max_tokens: int = 64) -> list[str]:
    """The chunks' texts."""
    return [chunk.text for chunk in split(Markdown(markdown, slug_anchors=True), max_tokens=max_tokens)]


TABLE = "| Country | Fee |\n| - | - |\n" + "\n".join(f"| Country {n} | {n} euros |" for n in range(40))
CODE = "```sh\n" + "\n\n".join(f"run step{n}\nthen check{n}" for n in range(40)) + "\n```"


def test_a_table_or_code_that_fits_is_whole() -> None:
    """However the text around it is cut."""
    table = "\n".join(TABLE.split("\n")[:5])
    code = "```sh\nrun step1\n\nthen check1\n```"
    prose = " ".join(f"Words number {n} here." for n in range(30))
    chunks = texts(f"{prose}\n\n{table}\n\n{prose} more\n\n{code}\n\n{prose} yet")
    assert [sum(table in text for text in chunks), sum(code in text for text in chunks)] == [1, 1]


def test_each_part_of_a_long_table_has_its_head() -> None:
    """A row is never cut, and is in one part only."""
    chunks = texts(f"# Fees\nThe fees are:\n\n{TABLE}")
    assert chunks[0].startswith("The fees are:\n\n| Country | Fee |")
    assert all("| Country | Fee |\n| - | - |\n| Country" in text for text in chunks)
    rows = [line for text in chunks for line in text.split("\n") if line.startswith("| Country ") and "euros" in line]
    assert rows == TABLE.split("\n")[2:]


def test_each_part_of_long_code_has_its_fences() -> None:
    """It is cut at blank lines where there are some."""
    chunks = texts(f"# Steps\n{CODE}")
    assert len(chunks) == 5
    assert all(text.startswith("```sh\nrun step") and text.endswith("\n```") for text in chunks)
    assert [line for text in chunks for line in text.split("\n") if line.startswith("then")] == [
        f"then check{n}" for n in range(40)
    ]


def test_a_list_is_cut_between_its_items() -> None:
    """One that fits is whole."""
    short = "\n".join(f"- item {n} of the short list" for n in range(5))
    long = "\n".join(f"- item {n} of the long list\n  goes on" for n in range(40))
    chunks = texts(f"{' '.join(WORDS[:40])}\n\n{short}\n\n{long}")
    assert sum(short in text for text in chunks) == 1
    assert all(text.startswith("- item") and text.endswith("goes on") for text in chunks[2:])


def test_prose_is_cut_between_sentences() -> None:
    """Also where no blank follows them."""
    for sentence in ("This is sentence {n} of a long text. ", "这是第{n}句话,后面还有很多内容。"):
        chunks = texts("".join(sentence.format(n=n) for n in range(60)))
        assert all(text.endswith((".", "。")) for text in chunks)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A\n## B\n### C\ntext", ["text"]),
        ("# A\n\n---\n\n***\n\n## B\ntext", ["text"]),
        ("# A\n| |\n|-|\n| |\n## B\ntext", ["text"]),
        ("# A\n<!-- nobody reads this -->\n## B\ntext", ["text"]),
        ("Call us.\n\n# A\ntext\n\n# B\nother", ["Call us.", "text", "other"]),
    ],
)
def test_what_says_nothing_is_no_chunk(text: str, expected: list[str]) -> None:
    """Headings without text, rules, empty tables, comments."""
    assert texts(text) == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("# A\nThe fee is 10 euros.\n# A\nThe  *fee* is 10 euros", 1),
        ("# A\nThe fee is 10 euros.\n# A\nThe fee is 12 euros.", 2),
        ("# A\nThe fee is 10 euros.\n# B\nThe fee is 10 euros.", 2),
        ("# A\nYou can.\n# A\nYou can't.", 2),
        ("# A\nabove -5 %\n# A\nabove 5 %", 2),
    ],
)
def test_what_says_the_same_is_kept_once(text: str, count: int) -> None:
    """The same words under the same headings; a number, a sign or a heading makes another answer."""
    assert len(texts(text)) == count


def test_pairs_without_a_question_or_said_before_are_dropped() -> None:
    """The same question with another answer is kept: both may be right."""
    asked = [("Why?", "A"), ("?!", "B"), ("why", "a."), ("Why?", "B"), (" \n", "C"), ("Who?", "A")]
    chunks = split(QuestionAnswers(tuple(QuestionAnswer(*pair) for pair in asked)))
    assert [chunk.text for chunk in chunks] == ["Why?\nA", "Why?\nB", "Who?\nA"]
    assert chunks[0].embedded_texts == ("Why?",)


class AskedEmbedder(CountingEmbedder):
    """Adds up the letters of which the tokens are asked."""

    letters = 0

    def count_tokens(self, text: str) -> int:
        self.letters += len(text)
        return super().count_tokens(text)


@pytest.mark.parametrize(
    "text",
    [
        ">",
        "> ",
        "[",
        "[[[[ ",
        "* * *\n",
        "- ",
        "- > ",
        "[a]: b\n",
        "a\n",
        "a",
        "a. ",
        "字",
        "| a ",
        "# a\n",
        "# a\nb\n",
        "word ",
    ],
)
def test_the_work_of_splitting_is_proportional_to_the_text(text: str) -> None:
    """Each letter goes through the tokenizer a few times at most, whatever the text is."""
    embedder = AskedEmbedder(256)
    whole = text * (200_000 // len(text))
    chunks = Splitter(embedder, SplitOptions()).split(
        LoadedDocument("/a", "", Markdown(whole, slug_anchors=True), "00")
    )
    assert embedder.letters <= 4 * len(whole)
    assert len(chunks) <= len(whole) / 100

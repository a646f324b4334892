"""Documents on their way from the child."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import DocumentTooLarge, DocumentUnreadable, FurnitureRulesUnreadable, IngestError
from ingest.loaders.base import LoadedDocument, Markdown, PlainText, QuestionAnswer, QuestionAnswers
from ingest.reading.base import RefusedDocument
from ingest.reading.document_json import document_from_json, document_to_json, refusal_from_json, refusal_to_json
from ingest.reading.frames import HEADER, FrameBroken, decode, encode

HASH = "0123456789abcdef" * 4
CONTENTS = st.one_of(
    st.builds(Markdown, st.text(), st.booleans()),
    st.builds(PlainText, st.text()),
    st.builds(QuestionAnswers, st.lists(st.builds(QuestionAnswer, st.text(), st.text())).map(tuple)),
)
NOTES = st.lists(st.from_regex(r"[^\s](?: ?[^\s])*", fullmatch=True), max_size=3).map(tuple)


@given(st.builds(LoadedDocument, st.text(), st.text(), CONTENTS, st.just(HASH), NOTES))
def test_a_document_comes_back_as_it_was(document: LoadedDocument) -> None:
    """Through the bytes of a frame."""
    message = decode(encode(document_to_json(document))[HEADER.size :])
    assert document_from_json(message) == document


@pytest.mark.parametrize("error", [DocumentTooLarge("a.pdf is too large"), DocumentUnreadable("a.pdf is broken")])
def test_a_refusal_comes_back_as_it_was(error: IngestError) -> None:
    """Its class and its line."""
    back = refusal_from_json(refusal_to_json(RefusedDocument("a.pdf", error)))
    assert (back.uri, type(back.error), str(back.error)) == ("a.pdf", type(error), str(error))


def test_an_error_that_is_no_refusal_comes_as_one() -> None:
    """The child can only refuse documents, in one line."""
    back = refusal_from_json(refusal_to_json(RefusedDocument("a", FurnitureRulesUnreadable("a\nb"))))
    assert (type(back.error), str(back.error)) == (DocumentUnreadable, "a b")


GOOD = document_to_json(LoadedDocument("a", "", PlainText("x"), HASH, ("note",)))


@pytest.mark.parametrize(
    "changed",
    [
        {"uri": None},
        {"uri": "x" * 200_000},
        {"title": 3},
        {"content": None},
        {"content": {"kind": "text"}},
        {"content": {"kind": "html", "text": "x"}},
        {"content": {"kind": "markdown", "text": "x", "slug_anchors": "yes"}},
        {"content": {"kind": "pairs", "pairs": [["a"]]}},
        {"content": {"kind": "pairs", "pairs": [["a", "b", "c"]]}},
        {"content": {"kind": "pairs", "pairs": [["a", 1]]}},
        {"content": {"kind": "pairs", "pairs": {"a": "b"}}},
        {"content_hash": "x" * 64},
        {"content_hash": HASH[1:]},
        {"notes": [1]},
        {"notes": "note"},
        {"notes": ["note"] * 2_000},
    ],
    ids=lambda changed: json.dumps(changed)[:40],
)
def test_what_is_no_document_is_broken(changed: dict[str, object]) -> None:
    """A document that has taken its reader over may send anything."""
    assert document_from_json(GOOD).uri == "a"
    with pytest.raises(FrameBroken):
        document_from_json({**GOOD, **changed})


@pytest.mark.parametrize(
    "changed", [{"error": "SystemExit"}, {"error": "DatabaseUnavailable"}, {"message": 1}, {"uri": 1}]
)
def test_what_is_no_refusal_is_broken(changed: dict[str, object]) -> None:
    """Only the errors of documents have a name here."""
    with pytest.raises(FrameBroken):
        refusal_from_json({"uri": "a", "error": "EmptyDocument", "message": "a is empty", **changed})

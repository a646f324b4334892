"""Text that the database can hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.loaders.base import Markdown, PlainText, QuestionAnswer, QuestionAnswers, RawDocument, document_of
from ingest.loaders.storable import storable


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_becomes_storable(text: str) -> None:
    """UTF-8 without zero characters; nothing else is taken away."""
    kept = storable(text)
    assert "\0" not in kept
    assert kept.encode().decode() == kept
    assert kept == "".join(c for c in text if c != "\0" and not "\ud800" <= c <= "\udfff")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (Markdown("a\0b", slug_anchors=True), Markdown("ab", slug_anchors=True)),
        (PlainText("a\ud800b"), PlainText("ab")),
        (QuestionAnswers((QuestionAnswer("a\0", "\0b"),)), QuestionAnswers((QuestionAnswer("a", "b"),))),
    ],
)
def test_every_document_is_storable(
    content: Markdown | PlainText | QuestionAnswers, expected: Markdown | PlainText | QuestionAnswers
) -> None:
    """Whatever its loader, and its title too."""
    document = document_of(RawDocument("/a", b""), "ti\0tle", content)
    assert (document.title, document.content) == ("title", expected)

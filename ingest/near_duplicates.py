"""What says the same twice in one document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from assistant.vector_store.base import Chunk

# What a reader doesn't read: emphasis, quotes, line ends. Numbers and signs such as %, €, <, - stay.
_NO_WORD = re.compile(r"[\s*_`\"'“”‘’«»]+")


def without_near_duplicates(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """The chunks in order; of those whose words are the same, under the same headings, only the first.

    Likeness of vectors or of most of the words decides nothing: "10 euros" and "12 euros" differ in one word, and are
    two answers; the same words under "Fees for students" and "Fees for firms" are two answers as well.
    """
    seen: set[tuple[str, ...]] = set()
    for chunk in chunks:
        question, _, answer = chunk.text.partition("\n") if chunk.is_pair else (chunk.text, "", "")
        path = () if chunk.is_pair else chunk.heading_path
        same = tuple(map(normalised, (*path, question, answer)))
        if same not in seen:
            seen.add(same)
            yield chunk


def normalised(text: str) -> str:
    """The words as they are compared: in one case and one form of Unicode, one blank between them."""
    return _NO_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip(" .,;:!?…。，；：！？")

"""Documents to passages that the embedding model reads whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from semantic_text_splitter import MarkdownSplitter, TextSplitter

from assistant.embedding.base import Embedder
from assistant.errors import ConfigurationError
from assistant.vector_store.base import Chunk
from ingest.loaders.base import LoadedDocument, Markdown, PlainText, QuestionAnswers
from ingest.sections import Section, sections
from ingest.word_counts import WordCounts

DEFAULT_MAX_TOKENS = 256
DEFAULT_OVERLAP = 25
# Below, the context and one emoji's tokens might leave no room.
MIN_MAX_TOKENS = 32
# What encoders put around a text ([CLS] and [SEP], <s> and </s>); none in use puts more.
SPECIAL_TOKENS = 2
# The context in front of a passage may take this part of the window; longer heading paths lose their outer headings.
CONTEXT_SHARE = 0.25
# A word of more than 100 letters is one unknown token to WordPiece, and blanks are none: letters count too. English has
# 4.5 letters a token, code 3, so that this never binds for ordinary text.
MAX_CHARS_PER_TOKEN = 8
# About eight chunks. 1 MB without any heading takes 3 s in such portions, and minutes in one.
MAX_PORTION_CHARS = 8_000


@dataclass(frozen=True, slots=True)
class SplitOptions:
    """`max_tokens` of a chunk as embedded, special tokens and context included; `overlap` of neighbouring chunks."""

    max_tokens: int = DEFAULT_MAX_TOKENS
    overlap: int = DEFAULT_OVERLAP

    def __post_init__(self) -> None:
        if self.max_tokens < MIN_MAX_TOKENS:
            raise ConfigurationError(f"ASSISTANT_CHUNK_TOKENS must be at least {MIN_MAX_TOKENS}, not {self.max_tokens}")
        if not 0 <= self.overlap < self.max_tokens:
            raise ConfigurationError(
                f"ASSISTANT_CHUNK_OVERLAP must be from 0 to less than ASSISTANT_CHUNK_TOKENS ({self.max_tokens}),"
                f" not {self.overlap}"
            )


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as stored, and the text that is embedded for it: its headings and itself."""

    chunk: Chunk
    embedded_text: str


class Splitter:
    """Splits documents for one embedding model. No passage is longer than `options` and the model allow, except a
    question-answer pair, which stays whole: the model reads its beginning, the question."""

    def __init__(self, embedder: Embedder, options: SplitOptions) -> None:
        self._count = embedder.count_tokens
        self._count_fast = WordCounts(embedder.count_tokens)
        self._limit = min(options.max_tokens, embedder.max_tokens) - SPECIAL_TOKENS
        self._overlap = options.overlap

    def split(self, document: LoadedDocument) -> list[Passage]:
        """The document's passages in its order; nothing of its text is left out."""
        match document.content:
            case Markdown(text, slug_anchors):
                found = sections(text, slug_anchors=slug_anchors)
                title = document.title or _common_root(found)
                return [p for section in found for p in self._split_section(section, title, MarkdownSplitter)]
            case PlainText(text):
                return list(self._split_section(Section((), "", text), document.title, TextSplitter))
            case QuestionAnswers():
                return list(self._pairs(document.content))

    def _pairs(self, content: QuestionAnswers) -> Iterator[Passage]:
        for pair in content.pairs:
            text = f"{pair.question}\n{pair.answer}"
            yield Passage(Chunk(text, (pair.question,), "", self._count(text)), text)

    def _split_section(
        self, section: Section, title: str, splitter: type[MarkdownSplitter] | type[TextSplitter]
    ) -> Iterator[Passage]:
        """Headings stand before each part; the document's title only before the first, measured on questions about
        101 pages: recall@5 0.653 so, 0.619 with the title before every part, 0.647 with it before none."""
        inner = tuple(heading for heading in section.heading_path if heading != title)
        outer = (title,) if title and title not in section.heading_path else ()
        first, later = self._context((*outer, *section.heading_path)), self._context(inner)
        for index, text in enumerate(self._texts(section.body, first, splitter)):
            chunk = Chunk(text, section.heading_path, section.anchor, self._count(text))
            yield Passage(chunk, _with_context(later if index else first, text))

    def _context(self, headings: tuple[str, ...]) -> str:
        """A line each, the outermost left out until the rest is short enough."""
        lines = list(headings)
        while lines and self._size("\n".join(lines)) > self._limit * CONTEXT_SHARE:
            lines.pop(0)
        return "\n".join(lines)

    def _texts(self, body: str, context: str, splitter: type[MarkdownSplitter] | type[TextSplitter]) -> list[str]:
        """The body in pieces that fit. They are cut by a fast count that may be a little off, then measured exactly."""
        room = self._limit - (self._size(context) if context else 0)
        while True:
            texts = _pieces(body, room, min(self._overlap, room // 2), self._size, splitter)
            excess = max(self._count(_with_context(context, text)) for text in texts) - self._limit
            if excess <= 0:
                return texts
            room -= excess

    def _size(self, text: str) -> int:
        """In tokens; a text that can't fit by its letters is not tokenised, which is most of the work of splitting."""
        by_letters = -(-len(text) // MAX_CHARS_PER_TOKEN)
        return by_letters if by_letters > self._limit else max(self._count_fast(text), by_letters)


def _common_root(found: Sequence[Section]) -> str:
    """The heading that all others stand under, which is the title; "" where there are several."""
    roots = {section.heading_path[0] for section in found if section.heading_path}
    return roots.pop() if len(roots) == 1 else ""


def _pieces(
    body: str,
    room: int,
    overlap: int,
    size: Callable[[str], int],
    splitter: type[MarkdownSplitter] | type[TextSplitter],
) -> list[str]:
    if size(body) <= room:
        return [body]
    cutter = splitter.from_callback(size, room, overlap)
    return [text for portion in _portions(body) for text in cutter.chunks(portion)]


def _portions(body: str) -> Iterator[str]:
    """The body in portions of at most MAX_PORTION_CHARS, cut at a blank line, else a line end, else a blank, else
    anywhere: the splitter looks at all of the rest for each piece that it cuts off."""
    start = 0
    while len(body) - start > MAX_PORTION_CHARS:
        window = body[start : start + MAX_PORTION_CHARS]
        cuts = (window.rfind(mark, MAX_PORTION_CHARS // 2) + len(mark) for mark in ("\n\n", "\n", " "))
        length = next((cut for cut in cuts if cut > MAX_PORTION_CHARS // 2), MAX_PORTION_CHARS)
        yield window[:length]
        start += length
    yield body[start:]


def _with_context(context: str, text: str) -> str:
    return f"{context}\n\n{text}" if context else text

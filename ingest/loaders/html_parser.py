"""Python's HTML parser, held to linear time and taught about end tags left out."""

from __future__ import annotations

from typing import Any

from bs4.builder import ParserRejectedMarkup
from bs4.builder._htmlparser import BeautifulSoupHTMLParser, HTMLParserTreeBuilder

from ingest.loaders.html_implied import implied_end

# At a quote or comment that never ends the parser reads to the end of the file, then goes on after the "<": a page of
# 10,000 such tags took 23 s. Real pages have a few.
MAX_UNFINISHED = 20


class _BoundedParser(BeautifulSoupHTMLParser):
    """Gives up after MAX_UNFINISHED tags without an end."""

    soup: Any
    unfinished = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]], handle_empty_element: bool = True) -> None:
        closed = implied_end(tag, self.soup.currentTag)
        while closed is not None and self.soup.currentTag is not closed.parent:
            self.soup.handle_endtag(self.soup.currentTag.name)
        super().handle_starttag(tag, attrs, handle_empty_element)

    def parse_starttag(self, i: int) -> int:
        return self._checked(super().parse_starttag(i))

    def parse_endtag(self, i: int) -> int:
        return self._checked(super().parse_endtag(i))

    def parse_comment(self, i: int, report: bool = True) -> int:
        return self._checked(super().parse_comment(i, report))

    def parse_pi(self, i: int) -> int:
        return self._checked(super().parse_pi(i))

    def parse_html_declaration(self, i: int) -> int:
        return self._checked(super().parse_html_declaration(i))

    def _checked(self, end: int) -> int:
        self.unfinished += end < 0
        if self.unfinished > MAX_UNFINISHED:
            raise ParserRejectedMarkup("tags, quotes or comments that never end")
        return end


class BoundedTreeBuilder(HTMLParserTreeBuilder):
    """For BeautifulSoup(…, builder=…). Raises ParserRejectedMarkup on markup that is broken beyond use."""

    def feed(self, markup: Any, _parser_class: type[BeautifulSoupHTMLParser] = _BoundedParser) -> None:
        super().feed(markup, _parser_class)  # type: ignore[call-arg]

"""Markdown files."""

from __future__ import annotations

import re

from ingest.errors import EmptyDocument, shown
from ingest.loaders.base import LoadedDocument, Markdown, RawDocument, document_of
from ingest.loaders.options import DEFAULT_OPTIONS, LoaderOptions
from ingest.loaders.source_text import decode_utf8

# YAML between two lines of dashes at the very top (https://jekyllrb.com/docs/front-matter/, read 2025-11).
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
# A file that begins with a thematic break and has another one later is not meant: front matter holds "key: value".
_KEY = re.compile(r"^[A-Za-z_][\w-]*[ \t]*:(?:[ \t]|$)", re.MULTILINE)
_TITLE = re.compile(r"^title[ \t]*:[ \t]*(.+?)[ \t]*$", re.MULTILINE)


def load_markdown(raw: RawDocument, options: LoaderOptions = DEFAULT_OPTIONS) -> LoadedDocument:
    """The text without its front matter, and the title that stands there."""
    front_matter, body = split_front_matter(decode_utf8(raw))
    if not body.strip():
        raise EmptyDocument(f"{shown(raw.uri)} has front matter but no text: write some, or leave it out")
    return document_of(raw, _title(front_matter), Markdown(body, slug_anchors=True))


def split_front_matter(text: str) -> tuple[str, str]:
    """The front matter's inside and the text after it; ("", text) where there is none."""
    match = _FRONT_MATTER.match(text)
    if match is None or not _KEY.match(match.group(1) or ""):
        return "", text
    return match.group(1), text[match.end() :]


def _title(front_matter: str) -> str:
    match = _TITLE.search(front_matter)
    if match is None:
        return ""
    value = match.group(1)
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1].strip() if quoted else value

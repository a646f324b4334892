"""Text that the database can hold."""

from __future__ import annotations

import re

# PostgreSQL's text holds neither the zero character nor halves of a character pair; both can be written in JSON, in
# spreadsheets and in PDF files.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """The text without what no database takes."""
    return _UNSTORABLE.sub("", text)

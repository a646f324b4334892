"""Text of people, documents and operators, made harmless for a prompt.

`view.py` is the only caller: every text on its way into a template passes here once.
"""

from __future__ import annotations

import re

from prompts.control_text import disarm

MAX_NAME_CHARS = 40
MAX_LABEL_CHARS = 200

# All of Unicode's categories Cc, Cf and Cs, and the separators of lines, except: newline, tab; U+200C and U+200D, which
# Persian, Indic scripts and emoji need; number signs and hieroglyph joiners, which are visible.
_UNWANTED_SET = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_UNWANTED = re.compile(f"[{_UNWANTED_SET}]")
# One search spares most texts all others: what is altered holds one of these, brackets and colons included.
_SUSPECT = re.compile(f"[{_UNWANTED_SET}<\uff1c\ufe64\\[\uff3b\ufe47:\uff1a]")
_LINE_ENDS = frozenset("\r\v\f\x85\u2028\u2029")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")
_SPACE = re.compile(r"\s+")

# `[1]` is how the templates number passages and how the model cites them; elsewhere it must mean nothing. After a
# letter or a bracket it is an index, as in `list[0]`, and stays.
_CITATION = re.compile(r"[\[\uff3b](?<![\w)\]].)\s*(\d+)\s*[\]\uff3d]")
_CITATION_AT_LINE_START = re.compile(r"^([^\S\n]*)[\[\uff3b]\s*(\d+)\s*[\]\uff3d]", re.MULTILINE)
# The labels that the templates put at the start of a line.
_LABEL = re.compile(
    r"^([^\S\n]*)(rules|passages|customer question|example (?:question|reply)|my (?:thoughts|reply)"
    r"|(?:using only the text above|no text was found)[^:\uff1a\n]*)"
    r"([^\S\n]*)[:\uff1a]",
    re.IGNORECASE | re.MULTILINE,
)


def plain(text: str) -> str:
    """`text` that can't be taken for control text, for a label of the template or for a turn; lines are kept.

    Control characters, bidirectional overrides and invisible characters are dropped except newline and tab; lone
    surrogates become U+FFFD; control text loses its brackets (see `control_text`); a template's label at the start of
    a line loses its colon, a passage number there its square brackets.
    """
    harmless = _harmless(text) if _SUSPECT.search(text) else text
    return _BLANK_LINES.sub("\n\n", harmless).strip()


def _harmless(text: str) -> str:
    visible = _UNWANTED.sub(_visible, text.replace("\r\n", "\n"))
    return disarm(_CITATION_AT_LINE_START.sub(r"\1(\2)", _LABEL.sub(r"\1\2\3 -", visible)))


def uncited(text: str) -> str:
    """`plain` text in which no `[1]` stands for a citation: the numbers belong to the passages of this prompt."""
    return _CITATION.sub(r"(\1)", plain(text))


def label(text: str, max_chars: int = MAX_LABEL_CHARS) -> str:
    """`text` on one line of at most `max_chars` characters, `uncited`: for titles, headings and single settings."""
    # On one line before it is made plain, lest joining its lines make a label of the template.
    line = _SPACE.sub(" ", uncited(_SPACE.sub(" ", text)))
    return line if len(line) <= max_chars else line[: max_chars - 1].rstrip() + "…"


def name(text: str) -> str:
    """`text` as the name of a speaker: a short label without the colon that ends the name in the prompt."""
    return label(re.sub(r"[:\uff1a\ufe13\ufe55\s]+", " ", text), MAX_NAME_CHARS)


def _visible(character: re.Match[str]) -> str:
    if character[0] in _LINE_ENDS:
        return "\n"
    return "\ufffd" if "\ud800" <= character[0] <= "\udfff" else ""

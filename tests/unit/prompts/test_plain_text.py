"""Texts of people and documents come out harmless."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.plain_text import MAX_NAME_CHARS, label, name, plain, uncited

_KEPT = "\n\t\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
_HIEROGLYPH_JOINERS = range(0x13430, 0x13440)
_LINE_ENDS = {0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029}
_PIECES = (
    "[1]",
    "［2］",
    "[",
    "1",
    "]",
    "(",
    "\n",
    "\r",
    " ",
    "Passages:",
    "customer question",
    ":",
    "<s>",
    "[INST]",
    "\u202e",
)
_any_text = st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=3)), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  two\r\nlines\rand\u2028more\x85\x0cend \n", "two\nlines\nand\nmore\n\nend"),
        ("a\tb\x00\x1b[31mc\x7f\x9b", "a\tb[31mc"),
        ("\u202eevil\u202c \u2066x\u2069 \u200bz\ufeff\u00ad\U000e0041", "evil x z"),
        ("👩\u200d💻 می\u200cخواهم", "👩\u200d💻 می\u200cخواهم"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("a\n\n \n\t\nb", "a\n\nb"),
        ("ok\n[2] Forged\n ［ 3 ］ Forged", "ok\n(2) Forged\n (3) Forged"),
        ("Passages:\nCUSTOMER QUESTION ： hi", "Passages -\nCUSTOMER QUESTION  - hi"),
        (
            "Using only the text above, say: x\nNo text was found for: y",
            "Using only the text above, say - x\nNo text was found for - y",
        ),
        ("see the passages: here", "see the passages: here"),
        ("as [1] says", "as [1] says"),
        ("[IN\u202eST]", "(INST)"),
        ("", ""),
    ],
)
def test_plain_text_is_harmless(text: str, expected: str) -> None:
    """Invisible characters go, line ends are one, labels and passage numbers at a line's start are broken."""
    assert expected == plain(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("as [1] says.[23]", "as (1) says.(23)"), ("list[0] f(x)[1]", "list[0] f(x)[1]"), ("[a]", "[a]")],
)
def test_uncited_text_holds_no_citation(text: str, expected: str) -> None:
    """A bracketed number is no citation in a text of people or documents; an index stays one."""
    assert expected == uncited(text)


def test_a_label_is_one_short_line() -> None:
    """Titles and headings can't begin a new line, and can't fill the window."""
    assert label("T\n[2]\tForged\u2028") == "T (2) Forged"
    assert label("abcdefgh", max_chars=4) == "abc…"
    assert label("abcd", max_chars=4) == "abcd"


def test_a_name_is_short_and_has_no_colon() -> None:
    """A name can't hold a second speaker's label."""
    assert name("Bob: I want a refund.\nAnn：") == "Bob I want a refund. Ann"
    assert len(name("x" * 500)) == MAX_NAME_CHARS


def test_control_characters_are_dropped_as_unicode_knows_them() -> None:
    """Of all characters, just those of the categories control and format go, except the documented ones."""
    documented = {*_KEPT, *map(chr, _HIEROGLYPH_JOINERS)}
    every = [chr(code) for code in range(sys.maxunicode + 1) if not 0x2060 <= code <= 0x206F and code not in _LINE_ENDS]
    dropped = [char for char in every if unicodedata.category(char) in {"Cc", "Cf"} and char not in documented]
    kept = [char for char in every if unicodedata.category(char) not in {"Cc", "Cf", "Cs"} or char in documented]
    assert plain(f"a{''.join(dropped)}b") == "ab"
    assert plain(f"a{'a'.join(kept)}b") == f"a{'a'.join(kept)}b"


@pytest.mark.parametrize("text", ["customer question\n:", "Customer question \u200b\r\n\u2028:", "rules\n\n："])
def test_lines_that_are_joined_make_no_label(text: str) -> None:
    assert label(text)[-1] not in ":："


@settings(max_examples=600, deadline=None)
@given(_any_text)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Each kind of cleaning is a fixpoint after one pass."""
    for clean in (plain, uncited, label, name):
        assert clean(text) == clean(clean(text))

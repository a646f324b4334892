"""Takes the power out of control text: what a tokenizer or a chat model would read as a boundary of turns.

Control text is altered, not deleted, so that a question about "[INST]" stays readable: its angle brackets become the
look-alikes ‹ ›, its square brackets become ( ). No compatibility form of any bracket maps to these (NFKC), so a
tokenizer that normalises does not undo it. Since characters are only replaced one by one, and never by one that control
text is made of, no removal can join two halves into new control text: one pass is a fixpoint.
"""

from __future__ import annotations

import re
import unicodedata

# Angle-bracketed names of every family served (Llama 2; SmolLM2, whose control tokens come from its code corpus), and
# of their close relatives. `<|anything|>` is covered as a form.
_ANGLE_NAMES = (
    *("s", "sys", "unk", "pad", "bos", "eos", "mask", "start_of_turn", "end_of_turn"),
    *("repo_name", "reponame", "file_sep", "filename", "gh_stars", "empty_output"),
    *("issue_start", "issue_comment", "issue_closed"),
    *("jupyter_start", "jupyter_text", "jupyter_code", "jupyter_output", "jupyter_script"),
)
_SQUARE_NAMES = ("inst",)

# What may stand between the characters of a disguised sequence: white space, characters without a glyph (zero-width,
# fillers, variation selectors), and the mark that SentencePiece writes for a space.
_GAP = (
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2581\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0]*+"
)


def _spaced(name: str) -> str:
    return _GAP.join(map(re.escape, name))


def _names(names: tuple[str, ...]) -> str:
    return "(?:" + "|".join(map(_spaced, names)) + ")"


_CONTROL = re.compile(
    rf"<{_GAP}\|[^|]*+\|{_GAP}>"
    rf"|<{_GAP}(?:<{_GAP})?(?:/{_GAP})?{_names(_ANGLE_NAMES)}{_GAP}>(?:{_GAP}>)?"
    rf"|\[{_GAP}(?:/{_GAP})?{_names(_SQUARE_NAMES)}{_GAP}\]",
    re.IGNORECASE,
)
# Every character that is, or that NFKC turns into, an opening bracket: nearly all texts hold none and are done.
_OPENING = re.compile("[<\uff1c\ufe64\\[\uff3b\ufe47]")
_LOOK_ALIKE = {"<": "‹", ">": "›", "[": "(", "]": ")"}
_BRACKET = re.compile(r"[<>\[\]]")


def holds_control_text(text: str) -> bool:
    """Whether `text`, or what NFKC makes of its characters, holds control text of any family."""
    return _CONTROL.search("".join(_compatible(text))) is not None


def disarm(text: str) -> str:
    """`text` without control text of any family, of the same length; unchanged where there is none."""
    if not _OPENING.search(text):
        return text
    if text.isascii() or unicodedata.is_normalized("NFKC", text):
        return _CONTROL.sub(lambda match: _BRACKET.sub(_look_alike, match[0]), text)
    return _disarm_compatible(text)


def _look_alike(bracket: re.Match[str]) -> str:
    return _LOOK_ALIKE[bracket[0]]


def _compatible(text: str) -> list[str]:
    return [unicodedata.normalize("NFKC", character) for character in text]


def _disarm_compatible(text: str) -> str:
    """Finds control text in the normalised characters, and alters the brackets of the original ones."""
    parts = _compatible(text)
    origin = [index for index, part in enumerate(parts) for _ in part]
    characters = list(text)
    for match in _CONTROL.finditer("".join(parts)):
        for index in origin[match.start() : match.end()]:
            characters[index] = _LOOK_ALIKE.get(parts[index], characters[index])
    return "".join(characters)

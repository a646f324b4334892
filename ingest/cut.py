"""Cuts a text that is too long into pieces that fit, where it reads best."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

# A word of more than 100 letters is one unknown token to WordPiece, and blanks are none: letters count too. English has
# 4.5 letters a token, code 3, so that this never binds for ordinary text.
MAX_CHARS_PER_TOKEN = 8
_WORD = re.compile(r"\S+")
_NO_BLANK = re.compile(r"\S")
# The best place first: between paragraphs; at a line's or a sentence's end.
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n")
_SENTENCE_END = re.compile(r"\n|(?<=[.!?…])[\"')\]»”’]*\s|(?<=[。！？；])")


@dataclass(frozen=True, slots=True)
class Cutter:
    """Cuts by the tokens of words, `count_word`. It takes a time proportional to the text."""

    count_word: Callable[[str], int]

    def size(self, text: str) -> int:
        """In tokens, at least the letters by MAX_CHARS_PER_TOKEN."""
        return max(sum(map(self.count_word, text.split())), -(-len(text) // MAX_CHARS_PER_TOKEN))

    def fits(self, text: str, room: int) -> bool:
        """Whether the size is at most `room`; cheap for any text."""
        return len(text) <= room * MAX_CHARS_PER_TOKEN and self.size(text) <= room

    def prose(self, text: str, room: int, overlap: int) -> Iterator[str]:
        """Pieces of at most `room` tokens, each beginning with about the last `overlap` tokens of the one before; cut
        between paragraphs, lines or sentences where there are some in a piece's second half, else between words."""
        text = text.rstrip()
        start = _skip_blanks(text, 0)
        while start < len(text):
            end = self._reach(text, start, room)
            if end < len(text):
                end = _best_end(text, start + (end - start) // 2, end)
            if piece := text[start:end].strip():
                yield piece
            if end >= len(text):
                return
            start = _skip_blanks(text, max(self._overlap_start(text, start, end, overlap), start + 1))

    def lines(self, lines: Sequence[str], frame: Frame, room: int) -> Iterator[str]:
        """Pieces of whole lines, each within the frame; a line that is too long itself is cut as prose, without it."""
        inner = room - self.size(frame.before) - self.size(frame.after)
        if inner < room // 2:
            frame, inner = Frame(), room
        held: list[str] = []
        used = 0
        for line in lines:
            size = self.size(line) if len(line) <= inner * MAX_CHARS_PER_TOKEN else inner + 1
            if used + size > inner:
                piece, held = _cut_lines(held, frame) if size <= inner else (held, [])
                yield from frame.around(piece)
                used = sum(map(self.size, held))
            if used + size > inner:
                yield from frame.around(held)
                held, used = [], 0
            if size > inner:
                yield from self.prose(line, room, 0)
            else:
                held.append(line)
                used += size
        yield from frame.around(held)

    def _reach(self, text: str, start: int, room: int) -> int:
        """How far one gets from `start` with `room` tokens: to the end of a word, or into one that is too long."""
        limit, used, end = start + room * MAX_CHARS_PER_TOKEN, 0, start
        for word in _WORD.finditer(text, start, min(limit, len(text))):
            used += self.count_word(word[0])
            if used > room:
                break
            end = word.end()
        else:
            end = min(limit, len(text))
        return end if end > start else min(len(text), start + max(1, room))

    def _overlap_start(self, text: str, start: int, end: int, overlap: int) -> int:
        """Where the last words before `end` begin that have at most `overlap` tokens."""
        first = max(start + 1, end - overlap * MAX_CHARS_PER_TOKEN)
        used, found = 0, end
        for word in reversed(list(_WORD.finditer(text, first, end))):
            used += self.count_word(word[0])
            if used > overlap or (word.start() == first and not text[first - 1].isspace()):
                break
            found = word.start()
        return found


@dataclass(frozen=True, slots=True)
class Frame:
    """What is repeated around each piece: a table's head, a code block's fences."""

    before: str = ""
    after: str = ""

    def around(self, lines: Sequence[str]) -> Iterator[str]:
        """The lines within it; nothing if they are all blank."""
        text = "\n".join(lines).strip("\n")
        if text.strip():
            yield "\n".join(part for part in (self.before, text, self.after) if part)


def _best_end(text: str, middle: int, end: int) -> int:
    for pattern in (_PARAGRAPH_END, _SENTENCE_END):
        if ends := [found.end() for found in pattern.finditer(text, middle, end)]:
            return ends[-1]
    return end


def _skip_blanks(text: str, start: int) -> int:
    word = _NO_BLANK.search(text, start)
    return word.start() if word else len(text)


def _cut_lines(lines: list[str], frame: Frame) -> tuple[list[str], list[str]]:
    """The lines of a piece, and those that are left for the next: code is cut at a blank line in its second half, if
    there is one."""
    if frame.after:
        for index in range(len(lines) - 1, len(lines) // 2, -1):
            if not lines[index].strip():
                return lines[:index], lines[index + 1 :]
    return lines, []

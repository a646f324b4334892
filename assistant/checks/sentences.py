"""A text in sentences, and the text again from those that are kept: its lines, lists and code blocks stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.checks.lexicon import every

MARK = r"\[\d{1,3}(?:\s*[,;]\s*\d{1,3})*\]"
"""A citation, "[1]" or "[1, 2]"."""

_END = re.compile(
    rf"[.!?…]+[\"'”’»)\]*_]*(?:\s?{MARK})*(?=\s|$)|[。！？]+[”’」』）]*(?:\s?{MARK})*|{MARK}[.!?]?(?=\s+[^\W\d_a-zß-ÿ]|$)"
)
_END_BEGINS = re.compile(r"[.!?…。！？\[]")
_LEAD = re.compile(r"\s*(?:(?:[-*+•]|\d{1,3}[.)]|>|#{1,6})(?:\s+|$))*")
_NUMBER_LEAD = re.compile(r"\d{1,3}[.)]")
_FENCE = "```"
_LAST_WORD = re.compile(r"([\w.]+)\.$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, with the citations behind it. `line` counts from 0; `lead` stands at the beginning of that line (a
    bullet, a list's number); `gap` is the white space before the sentence within it. `is_new_paragraph`: an empty line
    stands before its line. `is_code`: a whole block of code, fences included."""

    text: str
    line: int
    lead: str = ""
    gap: str = ""
    is_new_paragraph: bool = False
    is_code: bool = False

    @property
    def is_item(self) -> bool:
        """Whether it belongs to a list."""
        return bool(self.lead.strip(" >#"))

    @property
    def is_ended(self) -> bool:
        """Whether it ends as sentences do, and not just where the text does."""
        return self.is_code or bool((ends := _END.search(self.text[-24:])) and self.text.endswith(ends.group()))


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text in Markdown; lines end them too."""
    found: list[Sentence] = []
    block: list[str] = []
    is_new_paragraph = False
    for number, line in enumerate(text.splitlines()):
        if block or line.lstrip().startswith(_FENCE):
            block.append(line)
            if line.lstrip().startswith(_FENCE) and len(block) > 1:
                found.append(Sentence("\n".join(block), number, is_new_paragraph=is_new_paragraph, is_code=True))
                block, is_new_paragraph = [], False
        elif not line.strip():
            is_new_paragraph = True
        else:
            found += _of_line(line.rstrip(), number, is_new_paragraph)
            is_new_paragraph = False
    if block:
        found.append(Sentence("\n".join(block), len(text), is_new_paragraph=is_new_paragraph, is_code=True))
    return found


def joined(kept: Sequence[Sentence]) -> str:
    """The text of these sentences. Where one is left of a list with numbers, it needs none."""
    numbered = [sentence for sentence in kept if _NUMBER_LEAD.match(sentence.lead.strip())]
    is_single = len({sentence.line for sentence in numbered}) == 1
    parts: list[str] = []
    previous: Sentence | None = None
    for sentence in kept:
        lead = "" if is_single and sentence in numbered else sentence.lead
        if previous is None:
            parts.append(lead.lstrip())
        elif previous.line == sentence.line:
            parts.append(sentence.gap or ("" if _ends_unspaced(previous.text) else " "))
        else:
            parts.append(("\n\n" if _is_apart(previous, sentence) else "\n") + lead)
        parts.append(sentence.text)
        previous = sentence
    return "".join(parts).strip()


def whole_sentences(text: str) -> str:
    """The text up to its last sentence's end, if it has one: what was cut stops in mid-word."""
    found = sentences(text)
    count = max((place for place, sentence in enumerate(found, start=1) if sentence.is_ended), default=0)
    if count == len(found):
        return text
    return joined(found[:count]) if count else f"{text} …"


def _is_apart(previous: Sentence, sentence: Sentence) -> bool:
    return sentence.is_new_paragraph or previous.is_code != sentence.is_code


def _of_line(line: str, number: int, is_new_paragraph: bool) -> list[Sentence]:
    lead = found.group() if (found := _LEAD.match(line)) else ""
    body = line[len(lead) :]
    if not body:
        return []
    if body.startswith("|"):
        return [Sentence(body, number, lead, "", is_new_paragraph)]
    result: list[Sentence] = []
    at = 0
    for end in [*_ends(body), len(body)]:
        whole = body[at:end]
        text = whole.strip()
        if text:
            gap = whole[: len(whole) - len(whole.lstrip())]
            result.append(Sentence(text, number, lead, gap, is_new_paragraph))
        at = end
    return result


def _ends(body: str) -> list[int]:
    """Where sentences end in a line."""
    return [match.end() for match in _matches(body) if not _goes_on(body, match)]


def _matches(body: str) -> Iterator[re.Match[str]]:
    """As `_END.finditer`, without trying it where it can't begin."""
    at = 0
    while begin := _END_BEGINS.search(body, at):
        match = _END.match(body, begin.start())
        if match:
            yield match
        at = match.end() if match else begin.end()


def _goes_on(body: str, match: re.Match[str]) -> bool:
    """Whether what looks like a sentence's end stands within one: an abbreviation, a small letter behind it."""
    following = body[match.end() :].lstrip()[:1]
    if following.islower() and following.isascii():
        return True
    word = _LAST_WORD.search(body[max(0, match.start() - 12) : match.end()])
    return bool(following) and word is not None and _is_abbreviation(word.group(1))


@cache
def _abbreviations() -> frozenset[str]:
    return frozenset(word for words in every("abbreviations") for word in words.split())


def _is_abbreviation(word: str) -> bool:
    return word.casefold() in _abbreviations() or (len(word) == 1 and word.isalpha() and word.isupper())


def _ends_unspaced(text: str) -> bool:
    return text.rstrip("0123456789[], ")[-1:] in "。！？”」』）"

"""Citations behind sentences: each points to a passage that bears the sentence out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.checks.sentences import MARK, Sentence
from assistant.checks.support import Support

CLEAR = 0.6
"""Of words and claims, that a passage must hold to be named where the model named none."""
FAIR = 0.3
"""With less a passage that the model named bears nothing out."""
NEARLY = 0.75
"""Of what the best passage holds: another one that holds so much is as good."""

_MARK = re.compile(rf"[ \t]*{MARK}")
_NUMBER = re.compile(r"\d+")
_END = re.compile(r"[.!?…。！？]+[\"'”’»)*_」』）]*$")


def cited(kept: Sequence[tuple[Sentence, Support]], *, adds: bool = True) -> list[Sentence]:
    """The sentences with their citations put right. One that points to a passage that does not bear the sentence out
    is moved to the one that does, or removed. With `adds`, a sentence that clearly is borne out gets one, unless its
    neighbour names the same passage."""
    numbers = [_numbers(sentence, support) for sentence, support in kept]
    result = []
    for at, (sentence, _) in enumerate(kept):
        own = _named(sentence.text)
        following = numbers[at + 1] if at + 1 < len(kept) and _is_near(sentence, kept[at + 1][0]) else []
        is_left = numbers[at] == own or (not own and (not adds or numbers[at] == following))
        result.append(sentence if is_left else _with(sentence, numbers[at]))
    return result


def _numbers(sentence: Sentence, support: Support) -> list[int]:
    """The passages that the sentence shall name."""
    named = _named(sentence.text)
    says_nothing = not support.words and not support.claims
    if sentence.is_code or sentence.text.startswith("|") or not support.by or says_nothing:
        return named
    best = max(support.by)
    if not named:
        return [support.by.index(best) + 1] if best >= CLEAR and support.words > 1 else []
    sound = [number for number in named if number <= len(support.by) and _is_sound(support.by[number - 1], best)]
    return sound or ([support.by.index(best) + 1] if best >= FAIR else [])


def _is_sound(strength: float, best: float) -> bool:
    return strength >= FAIR and strength >= best * NEARLY


def _named(text: str) -> list[int]:
    found = [int(number) for match in re.findall(MARK, text) for number in _NUMBER.findall(match)]
    return list(dict.fromkeys(found))


def _is_near(sentence: Sentence, following: Sentence) -> bool:
    return following.line == sentence.line and not following.is_code


def _with(sentence: Sentence, numbers: Sequence[int]) -> Sentence:
    """The sentence with these numbers behind it, and no others in it."""
    bare = _MARK.sub("", sentence.text).strip()
    marks = "".join(f"[{number}]" for number in numbers)
    if not marks:
        return replace(sentence, text=bare)
    end = found.group() if (found := _END.search(bare)) else ""
    return replace(sentence, text=f"{bare[: len(bare) - len(end)]} {marks}{end}")

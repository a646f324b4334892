"""Whose voice a text speaks in: a model may go on and play the customer, or write the markers of turns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache

from assistant.checks.lexicon import any_of, any_word, every

_CONTROL = re.compile(
    r"\[/?INST\]|<</?SYS>>|</?s>|<\|[^|\n]{1,40}\|>|^#{2,4} ?(?:instruction|human|user|input|response)\b", re.I | re.M
)
# Every customer's label and all control text holds one of these. Most answers hold none, and need no search.
_MAY_BE_TURN = re.compile(r"[:：<#]|\[(?!\d)")
_FENCE = "```"
_ALLOWED_CHARS = 30
_MIN_NAME_CHARS = 2
# Labels that within a line too are nothing but labels.
_STRICT = (
    "customer",
    "user",
    "human",
    "client",
    "kunde",
    "kundin",
    "cliente",
    "usuario",
    "utilisateur",
    "客户",
    "用户",
)


def own_voice(text: str, names: Sequence[str], own_name: str, material: Callable[[], str]) -> str:
    """The text up to where it takes somebody else's turn: "Customer: …", "[INST]", or a label with one of the `names`
    of those who asked. Its own label at the beginning ("Answer:") is left out. What stands so in the `material`
    (casefolded passages) is a quote, and stays."""
    text = _without_own_label(_from_own_turn(text.strip()), own_name, material)
    taken = (found.start() for found in _turns(text, names) if not _is_quoted(text, found, material))
    return text[: min(taken, default=len(text))].rstrip()


def is_customers_question(sentence: str) -> bool:
    """Whether a sentence asks what only a customer asks: "How do I pay?"."""
    return sentence.rstrip('"”’)*_ ').endswith(("?", "？", "吗")) and _asks().search(sentence) is not None


def _from_own_turn(text: str) -> str:
    """Without control text and an echo of the question at the beginning; a turn may have been opened once more."""
    while found := _CONTROL.match(text):
        text = text[found.end() :].lstrip()
    first, line_end, rest = text.partition("\n")
    is_echo = _turn().match(first) is not None
    return rest.lstrip() if is_echo and line_end and rest.strip() else text


def _without_own_label(text: str, own_name: str, material: Callable[[], str]) -> str:
    found = _own_label(own_name).match(text)
    return text[found.end() :].lstrip() if found and not _is_quoted(text, found, material) else text


def _is_quoted(text: str, found: re.Match[str], material: Callable[[], str]) -> bool:
    if text.count(_FENCE, 0, found.start()) % 2:
        return True
    said = " ".join(text[found.start() : found.end() + _ALLOWED_CHARS].casefold().split())
    return len(said) > len(found.group().strip()) and said in material()


def _turns(text: str, names: Sequence[str]) -> Iterator[re.Match[str]]:
    """Where somebody else's turn may begin. Patterns are made only of names that stand there: there are many people."""
    if _MAY_BE_TURN.search(text):
        yield from _turn().finditer(text)
    folded = text.casefold()
    if present := tuple(name for name in _usable(names) if name in folded):
        yield from _named_turn(present).finditer(text)


@cache
def _turn() -> re.Pattern[str]:
    """A customer's label at the beginning of a line, or a sentence; and control text anywhere."""
    at_line = rf"^[\s>*_#-]*(?:{any_of(tuple(map(_written, every('customers'))))})(?: ?\d+)?[*_]* ?[:：]"
    in_line = rf"(?<=[.!?。！？\])])\s*(?:{any_of(tuple(map(_written, _STRICT)))})[*_]* ?[:：]"
    return re.compile(f"{at_line}|{in_line}|{_inline_control()}", re.MULTILINE)


@lru_cache(maxsize=64)
def _named_turn(names: tuple[str, ...]) -> re.Pattern[str]:
    written = any_of(tuple(map(_written, names)))
    return re.compile(rf"(?:^[\s>*_#-]*|(?<=[.!?。！？\])])\s*)(?:{written})[*_]* ?[:：]", re.MULTILINE)


def _inline_control() -> str:
    return "(?i:" + _CONTROL.pattern + ")"


@lru_cache(maxsize=256)
def _own_label(own_name: str) -> re.Pattern[str]:
    names = (*every("assistants"), *_usable((own_name,)))
    return re.compile(rf"[*_]*{any_word(names)}[*_]* ?[:：][*_]*\s*", re.IGNORECASE)


def _usable(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(name.casefold().split()) for name in names if len(name.strip()) >= _MIN_NAME_CHARS)


def _written(label: str) -> str:
    """The pattern of a label as people write it: "Customer" or "CUSTOMER", but no "customer" in a configuration."""
    if not label.isascii() and not label[:1].isalpha():
        return re.escape(label)
    return re.escape(label[:1].upper()) + "".join(_either(character) for character in label[1:])


def _either(character: str) -> str:
    lower, upper = re.escape(character.lower()), re.escape(character.upper())
    return lower if lower == upper or len(character.upper()) != 1 else f"[{lower}{upper}]"


@lru_cache(maxsize=1)
def _asks() -> re.Pattern[str]:
    return re.compile(any_of(every("asks")), re.IGNORECASE)

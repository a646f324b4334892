"""Who is named in a room's text: WeChat has no markup for it, but "@name" and the space U+2005."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

AFTER_NAME = "\u2005"
# People's clients write this space; some on computers write a plain one, which for other names could be anything.
_NAMED = re.compile(rf"@([^@\n{AFTER_NAME}]{{1,80}}){AFTER_NAME}")
# What stands for everybody, in the languages of WeChat's clients and in the lists of gateways.
EVERYBODY_NAMES = {"所有人", "all", "all people"}
EVERYBODY_IDS = {"announcement@all", "notify@all"}


@dataclass(frozen=True, slots=True)
class Mentions:
    """The text without the mention of the assistant, and whom it names. Naming everybody names nobody."""

    text: str
    assistant: bool
    others: bool


def read_mentions(text: str, own_names: Collection[str], own_id: str, mention_ids: Collection[str]) -> Mentions:
    """Read a room's text by the names that it holds and by the ids that the gateway tells of."""
    rest = _without(text, own_names)
    by_name = rest != text
    by_id = own_id in mention_ids
    if by_id and not by_name:
        rest = _without_only_mention(text, mention_ids)
    named = {name.strip() for name in _NAMED.findall(rest)} - EVERYBODY_NAMES
    ids = set(mention_ids) - EVERYBODY_IDS - {own_id}
    return Mentions(_NAMED.sub(r"@\1 ", rest).strip(), by_name or by_id, bool(ids or named))


def _without(text: str, own_names: Collection[str]) -> str:
    """Take the assistant's names away, the longest first: one may be the beginning of another."""
    for name in sorted(own_names, key=len, reverse=True):
        text = re.sub(rf"@{re.escape(name)}(?:{AFTER_NAME}|(?=\s)|\Z)[ \t]?", "", text)
    return text


def _without_only_mention(text: str, mention_ids: Collection[str]) -> str:
    """Take the mention away that must be the assistant's, by a name that we could not look up in time."""
    return _NAMED.sub("", text) if len(set(mention_ids)) == 1 and len(_NAMED.findall(text)) == 1 else text

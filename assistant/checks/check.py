"""Makes of a generated text what a customer may read, and tells what was taken out, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.checks import echoes, languages, length, marks, openings, signature, voices
from assistant.checks.admission import is_admission
from assistant.checks.loops import without_loop
from assistant.checks.material import Material
from assistant.checks.sentences import Sentence, joined, sentences
from assistant.checks.support import Support, support
from assistant.checks.words import content_words, tokens

Reason = Literal["echo", "repeated", "customer", "unsaid", "unsupported", "too long", "dangling"]
"""Why a sentence was taken out: it repeats the instructions; itself; asks as a customer; says a number, date, code or
address that nothing holds; has too few words of the passages; stands behind the longest length; announces nothing."""

MAX_KEPT_CHARS = 300
SAME_LANGUAGE = 0.5
"""The share of an answer's words that the passages hold, from which on both are of one language. Of 7,872 real texts
and passages 76 were found to be of two: none of them shared 0.3."""
_MIN_REPEATED_WORDS = 4


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of a text, "" where nothing is, and what was taken out. `is_admission`: all that is left says that
    the answer is not known."""

    text: str
    removed: tuple[tuple[Reason, str], ...] = ()
    is_admission: bool = False


def checked(text: str, material: Material) -> Checked:
    """A whole text, without the signature, and with its citations put right."""
    removed: list[tuple[Reason, str]] = []
    kept = _standing(sentences(_begun(text, material)), material, removed)
    is_all_admitted = bool(kept) and all(is_admission(sentence.text) for sentence, _ in kept)
    told = tuple((why, what[:MAX_KEPT_CHARS]) for why, what in removed)
    return Checked(joined(marks.cited(kept)), told, is_all_admitted)


def presentable(text: str, material: Material) -> str:
    """The whole sentences of a text that is still being written, as they will stay; "" while there are none. Nothing of
    a sentence is shown before its end: only then can it be told whether it stays."""
    begun = sentences(_begun(text, material))
    if begun and not begun[-1].is_ended:
        begun = begun[:-1]
    shown = joined(marks.cited(_standing(begun, material, []), adds=False))
    return shown if not material.language or languages.is_the_same(shown, material.language) else ""


def _begun(text: str, material: Material) -> str:
    """The text without what stands before and behind the answer."""
    for _ in range(2):  # an opening may stand before the assistant's own label, or behind it
        own = voices.own_voice(text, material.names, material.persona.name, lambda: material.folded)
        text = openings.without_opening(own)
    return signature.unsigned(text, material.persona.signature)


def _standing(
    found: Sequence[Sentence], material: Material, removed: list[tuple[Reason, str]]
) -> list[tuple[Sentence, Support]]:
    """The sentences that stay, with what bears them out; the others go to `removed`."""
    kept = list(_kept(found, material, removed))
    most = length.most_sentences(material.question, material.persona.reply_sentences)
    count = length.within([sentence for sentence, _ in kept], most)
    removed += [("too long", sentence.text) for sentence, _ in kept[count:]]
    del kept[count:]
    if kept and kept[-1][0].text.endswith((":", "：")):
        removed.append(("dangling", kept.pop()[0].text))
    return kept


def _kept(
    found: Sequence[Sentence], material: Material, removed: list[tuple[Reason, str]]
) -> Iterator[tuple[Sentence, Support]]:
    is_comparable = not _is_of_other_words(found, material)
    min_support = material.min_support if is_comparable else 0.0
    seen: list[tuple[str, ...]] = []
    waiting: list[tuple[Sentence, Support]] = []
    for at, sentence in enumerate(found):
        backing = support(sentence, material.evidence)
        if not is_comparable:
            backing = replace(backing, by=())
        reason = _fault(sentence, backing, material, min_support, seen)
        if reason == "customer" and at:
            removed.append(("customer", " ".join(each.text for each in found[at:])))
            break
        if reason is not None:
            removed.append((reason, sentence.text))
            waiting.clear()
        elif min_support and not backing.words and not backing.claims and not is_admission(sentence.text):
            waiting.append((sentence, backing))  # "Yes." stays with what follows it
        else:
            yield from waiting
            waiting.clear()
            yield sentence, backing
    removed += [("unsupported", sentence.text) for sentence, _ in waiting]


def _fault(
    sentence: Sentence, backing: Support, material: Material, min_support: float, seen: list[tuple[str, ...]]
) -> Reason | None:
    """What is wrong with the sentence, None where nothing is."""
    reason: Reason | None = None
    if _is_repeated(sentence, seen):
        reason = "repeated"
    elif voices.is_customers_question(sentence.text):
        reason = "customer"
    elif echoes.is_echo(sentence.text, material.told, lambda: material.spaced):
        reason = "echo"
    elif backing.unsaid:
        reason = "unsaid"
    elif min_support and not _is_borne_out(sentence, backing, min_support) and not is_admission(sentence.text):
        reason = "unsupported"
    return reason


def _is_repeated(sentence: Sentence, seen: list[tuple[str, ...]]) -> bool:
    """Whether the sentence was said before, or goes round in circles."""
    words = tuple(tokens(sentence.text))
    is_known = words in (seen if len(words) >= _MIN_REPEATED_WORDS else seen[-1:])
    seen.append(words)
    return bool(words) and not sentence.is_code and (is_known or without_loop(sentence.text) != sentence.text)


def _is_borne_out(sentence: Sentence, backing: Support, min_support: float) -> bool:
    """Questions are no statements, and what was cut is none yet: a small model echoes headings."""
    is_statement = not sentence.text.rstrip('"”’)*_ ').endswith(("?", "？", "…"))
    return is_statement and (not backing.words or backing.share >= min_support)


def _is_of_other_words(found: Sequence[Sentence], material: Material) -> bool:
    """Whether the passages are in another language: then words tell nothing, but numbers still do. Where they have many
    words in common they are not, which spares the search for the language."""
    if not material.passages:
        return False
    words = [word for sentence in found for word in content_words(sentence.text)]
    if words and sum(map(material.evidence.words.__contains__, words)) >= SAME_LANGUAGE * len(words):
        return False
    return languages.are_apart(" ".join(sentence.text for sentence in found), material.passages[0])

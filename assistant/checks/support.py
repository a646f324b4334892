"""How far passages bear a sentence out: by its words, and by what it says that can be looked up exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.checks.claims import Claim, Known, claims, known
from assistant.checks.sentences import Sentence
from assistant.checks.words import content_words


@dataclass(frozen=True, slots=True)
class Evidence:
    """What sentences are held against: the passages that they were made from, and what else was said (the question, the
    conversation), which bears out no statement but in which a number may stand."""

    passages: tuple[Known, ...]
    said: tuple[Known, ...]

    @classmethod
    def of(cls, passages: Sequence[str], said: Sequence[str]) -> Evidence:
        return cls(tuple(map(known, passages)), tuple(map(known, said)))


@dataclass(frozen=True, slots=True)
class Support:
    """What bears a sentence out. `share`: of its words, those in any of the passages, 1.0 where it has none; `by`: the
    same for each passage alone, of words and claims together, none where they can't be compared. `unsaid`: claims that
    nothing holds."""

    words: int
    share: float
    by: tuple[float, ...]
    claims: tuple[Claim, ...]
    unsaid: tuple[Claim, ...]


def support(sentence: Sentence, evidence: Evidence) -> Support:
    """What bears the sentence out. Words of the question that no passage has count neither for nor against it."""
    found = [claim for claim in claims(sentence.text) if not (sentence.is_code and claim.kind != "address")]
    words = _telling(content_words(sentence.text), evidence)
    holders = evidence.passages + evidence.said
    return Support(
        words=len(words),
        share=_share(words, evidence.passages),
        by=tuple(_strength(words, found, passage) for passage in evidence.passages),
        claims=tuple(found),
        unsaid=tuple(claim for claim in found if not any(holder.holds(claim) for holder in holders)),
    )


def _telling(words: Sequence[str], evidence: Evidence) -> list[str]:
    return [
        word
        for word in words
        if any(word in passage.words for passage in evidence.passages)
        or not any(word in said.words for said in evidence.said)
    ]


def _share(words: list[str], passages: Sequence[Known]) -> float:
    if not words:
        return 1.0
    return sum(any(word in passage.words for passage in passages) for word in words) / len(words)


def _strength(words: list[str], found: list[Claim], passage: Known) -> float:
    held = sum(word in passage.words for word in words) + sum(passage.holds(claim) for claim in found)
    total = len(words) + len(found)
    return held / total if total else 0.0

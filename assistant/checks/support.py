"""How far passages bear a sentence out: by its words, and by what it says that can be looked up exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.checks.claims import Claim, claims
from assistant.checks.known import Known, known
from assistant.checks.sentences import Sentence
from assistant.checks.words import content_words


@dataclass(frozen=True, slots=True)
class Evidence:
    """What sentences are held against: the passages that they were made from, and what else was said (the question, the
    conversation), which bears out no statement but in which a number may stand. `words` and `said_words`: all of
    theirs together."""

    passages: tuple[Known, ...]
    said: tuple[Known, ...]
    words: frozenset[str]
    said_words: frozenset[str]

    @classmethod
    def of(cls, passages: Sequence[str], said: Sequence[str]) -> Evidence:
        of_passages, of_said = tuple(map(known, passages)), tuple(map(known, said))
        return cls(of_passages, of_said, _words(of_passages), _words(of_said))


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
    words = [word for word in content_words(sentence.text) if word in evidence.words or word not in evidence.said_words]
    holders = evidence.passages + evidence.said
    return Support(
        words=len(words),
        share=sum(map(evidence.words.__contains__, words)) / len(words) if words else 1.0,
        by=tuple(_strength(words, found, passage) for passage in evidence.passages),
        claims=tuple(found),
        unsaid=tuple(claim for claim in found if not any(holder.holds(claim) for holder in holders)),
    )


def _words(texts: Sequence[Known]) -> frozenset[str]:
    return frozenset().union(*(text.words for text in texts))


def _strength(words: list[str], found: list[Claim], passage: Known) -> float:
    held = sum(map(passage.words.__contains__, words)) + sum(map(passage.holds, found))
    total = len(words) + len(found)
    return held / total if total else 0.0

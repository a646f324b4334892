"""What a text holds, for the claims of sentences to be looked up in."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from assistant.checks.calendar_names import dated_months, months_in, open_weekdays
from assistant.checks.claims import Claim, written_claims
from assistant.checks.numbers import afternoons, by_24_hours, spelled_numbers
from assistant.checks.words import pieces, runs, stems

_LONG_NUMBER = 5


@dataclass(frozen=True, slots=True)
class Known:
    """What a text holds, for sentences to be looked up in. `squashed` has only its letters and digits."""

    words: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    weekdays: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    folded: str = field(default="", repr=False)
    squashed: str = field(default="", repr=False)

    def holds(self, claim: Claim) -> bool:
        """Whether the text says so too."""
        match claim.kind:
            case "address":
                return any(reading in self.folded for reading in claim.readings)
            case "code":
                return any(reading in self.squashed for reading in claim.readings)
            case "weekday":
                return not self.weekdays.isdisjoint(map(int, claim.readings))
            case "month":
                return not self.months.isdisjoint(map(int, claim.readings))
        found = not self.numbers.isdisjoint(claim.readings)
        return found or any(len(n) >= _LONG_NUMBER and n in self.squashed for n in claim.readings)


@lru_cache(maxsize=512)
def known(text: str) -> Known:
    """What can be looked up in a text."""
    read = pieces(text)
    named = runs(read)
    found = {reading for claim in written_claims(text) for reading in claim.readings}
    later = afternoons(text)
    return Known(
        words=stems(read),
        numbers=frozenset(found).union(
            spelled_numbers(named), map(by_24_hours, later), map(str, dated_months(text, named))
        ),
        weekdays=open_weekdays(text, named),
        months=months_in(text, named),
        folded=text.casefold(),
        squashed="".join([piece.squashed for piece in read]),
    )

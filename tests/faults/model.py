"""The fake model server of the desk: it takes its time, and misbehaves when told to."""

from __future__ import annotations

import random

from tests.fakes.model_behaviours import Cut, Drip, NoAnswer, RawAnswer, Refusal, Reply
from tests.fakes.model_server import Behaviour, Exchange
from tests.fakes.tgi_server import FakeTgi
from tests.faults.questions import model_answer

TROUBLES: dict[str, Behaviour] = {
    "429": Refusal(429, "Model is overloaded", "overloaded"),
    "HTML 502": RawAnswer(),
    "cut stream": Cut(after_tokens=4),
    "stream without its end": Cut(after_tokens=4, how="end"),
    "no answer": NoAnswer("hang"),
    "one byte a second": Drip(every_s=1.0, whole_tokens=3),
}


class DeskModel(FakeTgi):
    """Answers with the marker of the question; each reply takes a random time, so that kills meet every stage."""

    def __init__(self, seed: int) -> None:
        super().__init__(model_answer)
        self._random = random.Random(seed)
        self.troubles = 0

    def misbehave(self, *troubles: Behaviour) -> None:
        """Do these for the next generations; `troubles` counts those that are not over yet."""
        self.troubles += len(troubles)
        self.script(*troubles)

    def behave(self) -> None:
        """Be sound again, whatever was still to come."""
        self._script.clear()
        self.troubles = 0

    async def generate(self, exchange: Exchange, behaviour: Behaviour | None) -> None:
        if behaviour is not None:
            await self._play(exchange, behaviour)
            return
        usual = Reply(first_token_s=self._random.uniform(0.05, 0.5), token_s=self._random.uniform(0.0, 0.01))
        await super().generate(exchange, usual)

    async def _play(self, exchange: Exchange, trouble: Behaviour) -> None:
        try:
            await super().generate(exchange, trouble)
        finally:
            self.troubles -= 1

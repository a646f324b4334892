"""People who write: several conversations side by side, in threads and in private, some of them in a hurry."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tests.faults.checker import unanswered
from tests.faults.platforms import Platform, Talk
from tests.faults.questions import OFF_TOPIC, ON_TOPIC, Question, marker

MOST_OPEN = 6
MOST_TURNS = 5
FIRST_CHATS = 2
PATIENCE_S = 30.0
"""Who has had no reply for so long writes on all the same."""


@dataclass(slots=True)
class Conversation:
    """A conversation as it goes on. `turns` are still to come; the next one is not written before `next_at`."""

    platform: Platform
    talk: Talk
    turns: int
    asked: list[Question] = field(default_factory=list)
    next_at: float = 0.0
    waits: bool = True

    def is_ready(self, now: float) -> bool:
        if now < self.next_at:
            return False
        return not self.waits or now > self.next_at + PATIENCE_S or not self.unanswered()

    def unanswered(self) -> set[str]:
        """The markers of its questions that have no whole reply yet."""
        return unanswered(self.asked, self.platform.shown(self.asked[-1].place) if self.asked else [])


class Load:
    """Writes `total` messages in all, at most `rate` a second, and never more than it was allowed so far. The first
    `quiet` of them are to be written before anything goes wrong."""

    def __init__(self, platforms: Sequence[Platform], total: int, rate: float, seed: int) -> None:
        self.total = total
        self.conversations: list[Conversation] = []
        self.posted_at: dict[str, float] = {}
        self._platforms = platforms
        self._rate = rate
        self._random = random.Random(seed)
        self._allowed = 0
        # Where nobody would tell of them later, the private chats begin in quiet times.
        for platform in (platform for platform in platforms if not platform.tells_of_new_chats):
            for person in platform.people()[:FIRST_CHATS]:
                self.conversations.append(Conversation(platform, Talk(person, is_direct=True), MOST_TURNS * 2))
        self.quiet = len(self.conversations)
        self._more = asyncio.Event()

    @property
    def posted(self) -> int:
        return len(self.posted_at)

    def allow(self, count: int) -> None:
        """Let the people write until there are `count` messages in all."""
        self._allowed = min(max(count, self._allowed), self.total)
        self._more.set()

    def questions(self) -> list[Question]:
        return [question for conversation in self.conversations for question in conversation.asked]

    def unanswered(self) -> set[str]:
        """The markers of all questions without a whole reply so far."""
        return {marker for conversation in self.conversations for marker in conversation.unanswered()}

    async def run(self) -> None:
        """Write until all is written."""
        while self.posted < self.total:
            if self.posted >= self._allowed:
                self._more.clear()
                await self._more.wait()
            conversation = self._next()
            if conversation is not None:
                await self._write(conversation)
                if self._random.random() < 0.08:
                    conversation.platform.stumble(self._random.randrange(100))
            await asyncio.sleep(self._random.uniform(0.5, 1.5) / self._rate)

    def _next(self) -> Conversation | None:
        """A conversation that goes on, or a new one; None while everybody waits for a reply."""
        now = time.monotonic()
        if self.posted < self.quiet:
            return self.conversations[self.posted]
        running = [conversation for conversation in self.conversations if conversation.turns > 0]
        ready = [conversation for conversation in running if conversation.is_ready(now)]
        if ready and (len(running) >= MOST_OPEN or self._random.random() < 0.7):
            return self._random.choice(ready)
        return self._open() if len(running) < MOST_OPEN else None

    def _open(self) -> Conversation:
        platform = self._random.choice(self._platforms)
        taken = {
            known.talk.person for known in self.conversations if known.platform is platform and known.talk.is_direct
        }
        person = self._random.choice(platform.people())
        # A private chat is one conversation for ever, so nobody opens it twice.
        is_direct = platform.tells_of_new_chats and self._random.random() < 0.25 and person not in taken
        turns = self._random.randint(1, MOST_TURNS * 2 if is_direct else MOST_TURNS)
        conversation = Conversation(platform, Talk(person, is_direct), turns)
        self.conversations.append(conversation)
        return conversation

    async def _write(self, conversation: Conversation) -> None:
        name = marker(self.posted + 1)
        off_topic = self._random.random() < 0.1
        words = self._random.choice(OFF_TOPIC if off_topic else ON_TOPIC)
        times = 4 if self._random.random() < 0.3 else 1
        message_id, place = await conversation.platform.post(f"{words} ({name})", conversation.talk, times)
        self.posted_at[name] = time.monotonic()
        conversation.asked.append(Question(name, place, len(conversation.asked), may_be_refused=off_topic))
        conversation.talk = replace(conversation.talk, root=conversation.talk.root or message_id)
        conversation.turns -= 1
        conversation.waits = self._random.random() < 0.6
        conversation.next_at = time.monotonic() + self._random.uniform(0.3, 1.0)

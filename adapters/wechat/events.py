"""Events of a Wechaty gateway."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import IntEnum


class EventNumber(IntEnum):
    """Numbers on the wire of the events that matter here (S: wechaty-grpc, puppet/event.proto)."""

    MESSAGE = 2
    DONG = 3
    SCAN = 22
    LOGIN = 25
    LOGOUT = 26


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its number on the wire, and what it tells."""

    kind: int
    facts: dict[str, object]

    def text(self, fact: str) -> str:
        """Give a fact that is text, "" where there is none."""
        value = self.facts.get(fact)
        return value if isinstance(value, str) else ""


def read_event(kind: int, payload: str) -> Event:
    """Give the event with that payload, which should be a JSON object; what isn't tells nothing."""
    try:
        facts = json.loads(payload)
    except (ValueError, RecursionError):
        facts = {}
    return Event(kind, facts if isinstance(facts, dict) else {})

"""What the harness needs of a fake platform, whichever it is."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from tests.faults.checker import Shown


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation to be held: who speaks, and whether in private. `root` is its first message, "" before that."""

    person: str
    is_direct: bool
    root: str = ""


class Platform(AbstractAsyncContextManager["Platform"], Protocol):
    """A fake chat platform with people in it.

    `environment` are the settings that lead the product to it. `post` lets a person write, and gives the message's id
    and the place where its reply belongs; with `times` every event of it arrives that often, in any order. `shown` is
    what is visible of the assistant, in all places or in one, in the platform's order. `stumble` lets the next call of
    the product's meet one of the platform's ordinary troubles; `drop` breaks every connection.
    `tells_of_new_chats`: a private chat that begins while the product is away is heard of afterwards.
    """

    name: str
    tells_of_new_chats: bool

    @property
    def environment(self) -> Mapping[str, str]: ...

    def people(self) -> list[str]: ...

    async def post(self, text: str, talk: Talk, times: int = 1) -> tuple[str, str]: ...

    def shown(self, place: str = "") -> list[Shown]: ...

    def stumble(self, number: int) -> None: ...

    def drop(self) -> None: ...

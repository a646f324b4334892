"""A chat platform in memory: the adapter for tests of what lies behind the port. Passes the same contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from adapters.base import (
    ButtonName,
    ButtonPress,
    Capabilities,
    DeletedMessage,
    IncomingEvent,
    IncomingMessage,
    Missed,
    OnEvent,
    RenderedPart,
    Reply,
    ReplyAddress,
    SentMessage,
)
from adapters.errors import (
    AdapterError,
    AuthenticationFailed,
    DeliveryRefused,
    DeliveryUnknown,
    PlatformUnavailable,
)
from adapters.split_text import split_text
from tests.fakes.platform_people import FakePeople, harmless, pings_in, source_line

GOOD_TOKEN = "fake-good-token"
CHANNELS = ("C1", "C2")
IN_MEMORY = Capabilities(
    max_chars=2000,
    idempotent_send=True,
    threads=True,
    edits=True,
    buttons=True,
    working_s=60.0,
    private_replies=True,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One message of the assistant that people see."""

    message_id: str
    address: ReplyAddress
    text: str
    idempotency_key: str
    buttons: tuple[ButtonName, ...] = ()


class Seen(NamedTuple):
    """One thing that people saw happen to a message of the assistant; `text` is what stood there afterwards, or, where
    it was retracted, until then."""

    kind: Literal["shown", "edited", "retracted"]
    message_id: str
    text: str


def names_of(part: RenderedPart) -> tuple[ButtonName, ...]:
    return tuple(button.name for button in part.buttons)


@dataclass
class FakePlatform(FakePeople):
    """A `ChatAdapter` whose platform is itself: `people_say` brings messages in, `shown` is what people see now, and
    `history` all that they ever saw.

    `failures` are raised by the next calls of `send`, `edit` and `retract`, first one first (None lets a call through);
    a failure in `lost_answers` is raised after the call was carried out, as when the platform's answer is lost.
    A `send` with an earlier one's key shows the message again, unless `may_be_shown` says to look first. `missed` is
    what the last `start` was given, `working` where it is shown that somebody is at work (channel and thread).
    """

    token: str = GOOD_TOKEN
    platform: str = "fake"
    capabilities: Capabilities = IN_MEMORY
    shown: list[Shown] = field(default_factory=list)
    history: list[Seen] = field(default_factory=list)
    failures: list[AdapterError | None] = field(default_factory=list)
    lost_answers: list[AdapterError] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    missed: Missed | None = None
    working: set[tuple[str, str]] = field(default_factory=set)
    _on_event: OnEvent | None = None

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        if self.token != GOOD_TOKEN:
            raise AuthenticationFailed("The fake platform refused FAKE_TOKEN: set it to the good one.")
        self._on_event, self.missed = on_event, missed
        for message in self.unheard_since(missed):
            await self.people_say(message)

    def render(self, reply: Reply) -> Sequence[RenderedPart]:
        text = harmless("\n\n".join([reply.text, *map(source_line, reply.sources), *filter(None, [reply.link])]))
        *before, last = split_text(text, self.capabilities.max_chars)
        parts = [RenderedPart(part, is_preview=reply.is_preview) for part in before]
        return (*parts, RenderedPart(last, reply.buttons, reply.is_preview))

    async def send(
        self, address: ReplyAddress, part: RenderedPart, idempotency_key: str, *, may_be_shown: bool = False
    ) -> SentMessage:
        self._meet_failure()
        if not address.is_direct and address.channel not in CHANNELS:
            raise DeliveryRefused(f"The fake platform has no channel {address.channel}.")
        if may_be_shown and address.visible_to:
            raise DeliveryUnknown("The fake platform can't look for what one person alone sees.")
        looks_first = may_be_shown and self.capabilities.idempotent_send
        earlier = (shown for shown in self.shown if looks_first and shown.idempotency_key == idempotency_key)
        sent = next(earlier, None) or self._show(address, part, idempotency_key)
        self._lose_answer()
        return SentMessage(sent.message_id)

    def _show(self, address: ReplyAddress, part: RenderedPart, key: str) -> Shown:
        self.working.discard((address.channel, address.thread))
        self.shown.append(Shown(self.new_id(), address, part.text, key, names_of(part)))
        self.history.append(Seen("shown", self.shown[-1].message_id, part.text))
        return self.shown[-1]

    async def edit(self, address: ReplyAddress, message_id: str, part: RenderedPart) -> None:
        self._meet_failure(changes=True)
        self._refuse_private(address)
        place = self._place(message_id)
        if place is None:
            raise DeliveryRefused("The fake platform has no such message.")
        self.shown[place] = replace(self.shown[place], text=part.text, buttons=names_of(part))
        self.history.append(Seen("edited", message_id, part.text))
        self._lose_answer()

    async def retract(self, address: ReplyAddress, message_id: str) -> None:
        self._meet_failure(changes=True)
        self._refuse_private(address)
        place = self._place(message_id)
        if place is not None:
            self.history.append(Seen("retracted", message_id, self.shown.pop(place).text))
        self._lose_answer()

    async def show_working(self, address: ReplyAddress, *, is_working: bool = True) -> None:
        place = (address.channel, address.thread)
        self.working = self.working | {place} if is_working else self.working - {place}

    def permalink(self, address: ReplyAddress) -> str:
        return f"https://fake.example/{address.channel}/{address.message_id}"

    async def close(self) -> None:
        self._on_event = None

    async def people_press(self, shown: Shown, button: ButtonName, author: str = "U1", press_id: str = "") -> str:
        """Let somebody press a button; gives the word that this person sees. The same `press_id` is a redelivery."""
        if button not in shown.buttons:
            raise LookupError(f"no button {button} there")
        place = shown.address
        press = ButtonPress(
            platform=place.platform,
            workspace=place.workspace,
            channel=place.channel,
            thread=place.thread,
            message_id=shown.message_id,
            button=button,
            author_id=author,
            author_name=f"Person {author}",
            press_id=press_id or self.new_id(),
            is_direct=place.is_direct,
        )
        return await self._deliver(press, press.press_id) or ""

    async def people_say(self, message: IncomingMessage) -> None:
        """Deliver one event. A failure of the callback leaves it unacknowledged, and is the caller's to see."""
        self.posts[message.event_key] = message
        await self._deliver(message, message.address.message_id)

    async def people_edit(self, message: IncomingMessage) -> None:
        """Let the author change the post into this one; if it is as it was, no event tells of it. An event that is
        delivered twice is a second `people_say` of the edited message."""
        if not self.stands(message):
            await self.people_say(replace(message, edited_at=message.edited_at or self.next_time()))

    async def people_delete(self, message: IncomingMessage) -> None:
        """Let the author take the post away."""
        place = message.address
        deleted = DeletedMessage(place.platform, place.workspace, place.channel, place.message_id)
        await self._deliver(deleted, deleted.message_id)

    async def _deliver(self, event: IncomingEvent, message_id: str) -> str | None:
        if self._on_event is None:
            raise PlatformUnavailable("The fake platform is closed: start it first.")
        word = await self._on_event(event)
        self.acknowledged.add(message_id)
        return word

    def _meet_failure(self, changes: bool = False) -> None:
        if changes and not self.capabilities.edits:
            raise DeliveryRefused("The fake platform was told to have no edits.")
        if self._on_event is None:
            raise PlatformUnavailable("The fake platform is closed: start it first.")
        if self.failures and (failure := self.failures.pop(0)) is not None:
            raise failure

    def _refuse_private(self, address: ReplyAddress) -> None:
        if address.visible_to:
            raise DeliveryRefused("The fake platform can't change what one person alone sees.")

    def _lose_answer(self) -> None:
        if self.lost_answers:
            raise self.lost_answers.pop(0)

    def _place(self, message_id: str) -> int | None:
        places = (place for place, shown in enumerate(self.shown) if shown.message_id == message_id)
        return next(places, None)

    def texts_at(self, address: ReplyAddress) -> list[str]:
        """Give what people see in that conversation, oldest first."""
        return [shown.text for shown in self.shown_at(address)]

    def shown_at(self, address: ReplyAddress, visible_to: str = "") -> list[Shown]:
        """Give the messages in that conversation that everybody sees, or that person alone."""
        place = (address.channel, address.thread, visible_to)
        return [s for s in self.shown if (s.address.channel, s.address.thread, s.address.visible_to) == place]

    def pinged_at(self, address: ReplyAddress) -> list[str]:
        """Give the mentions in that conversation which have notified somebody."""
        return pings_in(self.texts_at(address))

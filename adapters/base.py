"""The contract between the assistant and any chat platform.

An adapter turns a platform's payloads into `IncomingMessage` and shows a `Reply` at a `ReplyAddress`. It knows nothing
of queues, stores or retrieval: it gets an `on_event` callback, and acknowledges an event to its platform only after
that callback has returned.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

CommandName = Literal["human", "forget", "sources", "resume"]
"""What people tell the assistant to do: call a human, forget them, show the last sources, take over from the human."""
ButtonName = Literal["up", "down", "human", "resume"]
"""What a button below a reply means: it helped, it didn't, call a human, let the assistant take over again."""


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """Where a reply belongs. Survives a trip through JSON unchanged.

    `thread` is the platform's id of the thread, "" where the channel itself is the conversation (direct messages).
    `message_id` is the platform's id of the message that is answered. `is_direct` tells a one-to-one chat. `visible_to`
    is the platform's id of the only person who may see the reply, "" for everybody in that place. `interaction` is what
    the platform gave to answer a slash command with, "" for a message.
    """

    platform: str
    workspace: str
    channel: str
    thread: str
    message_id: str
    is_direct: bool = False
    visible_to: str = ""
    interaction: str = ""

    def __post_init__(self) -> None:
        for name in ("platform", "channel", "message_id"):
            if not getattr(self, name):
                raise ValueError(f"ReplyAddress.{name} must not be empty")

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> ReplyAddress:
        return cls(**json.loads(text))


def event_key(address: ReplyAddress) -> str:
    """The key of the post that is answered at the address."""
    return ":".join((address.platform, address.workspace, address.channel, address.message_id))


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One message as a person wrote it, with the platform's markup already turned into plain text.

    `text` no longer holds the mention of the assistant. `mentions_assistant` is true when the message names the
    assistant, `mentions_others` when it names somebody else. `sent_at` is timezone-aware. `edited_at` is set when the
    event tells that its author has changed the post: the message then is the post as it stands now, under its old key.
    `command` is set where a slash command other than /ask was given; `text` is what was written behind it.
    `attachments` are the names of the files and images that came with the message, as people see them.
    """

    address: ReplyAddress
    author_id: str
    author_name: str
    text: str
    sent_at: datetime
    mentions_assistant: bool = False
    mentions_others: bool = False
    edited_at: datetime | None = None
    command: CommandName | None = None
    attachments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.author_id:
            raise ValueError("IncomingMessage.author_id must not be empty")
        for name in ("sent_at", "edited_at"):
            time = getattr(self, name)
            if time is not None and time.tzinfo is None:
                raise ValueError(f"IncomingMessage.{name} must be timezone-aware")

    @property
    def event_key(self) -> str:
        """Unique for the post, however many events and redeliveries the platform makes of it."""
        return event_key(self.address)

    @property
    def is_addressed(self) -> bool:
        """Whether the message by itself speaks to the assistant (follow-ups in a thread are the gateway's matter)."""
        return self.mentions_assistant or self.address.is_direct or self.command is not None


@dataclass(frozen=True, slots=True)
class DeletedMessage:
    """A post of a person's that was taken away, by whomever."""

    platform: str
    workspace: str
    channel: str
    message_id: str

    @property
    def event_key(self) -> str:
        """The key that the post arrived under."""
        return ":".join((self.platform, self.workspace, self.channel, self.message_id))


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """Somebody pressed a button below a message of the assistant's, whose id is `message_id`. `press_id` is the same in
    each delivery of the event, and no other press's in that channel. `thread` as in ReplyAddress."""

    platform: str
    workspace: str
    channel: str
    thread: str
    message_id: str
    button: ButtonName
    author_id: str
    author_name: str
    press_id: str
    is_direct: bool = False


@dataclass(frozen=True, slots=True)
class Missed:
    """What may have been missed while nobody was connected: posts after `since`. `direct_channels` are the one-to-one
    chats known from before, which some platforms don't list."""

    since: datetime
    direct_channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A cited passage: `number` as printed in the text ([1]), its document's title, heading and where to open it.

    `url` is "" where the document has no public http(s) address. `document` is its file name, for those who keep it,
    and `quote` the beginning of the passage, on one line.
    """

    number: int
    title: str
    heading: str = ""
    url: str = ""
    document: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press below a reply: what it means, and its words in the language of the conversation."""

    name: ButtonName
    label: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant says: `text` is Markdown; the adapter makes the platform's best of it.

    `link_hosts` are the hosts (lower case, without port) that links in `text` may lead to; any other link shows its
    words and its address, but can't be followed. Links of `sources`, and `link`, are the product's own: always allowed.
    `buttons` are shown below the last part, where the platform has buttons. `link` is the address of the conversation
    that the reply is about, "" for none. `is_preview`: the text is still being written, and more of it will follow as
    an edit.
    """

    text: str
    sources: tuple[Source, ...] = field(default=())
    link_hosts: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    link: str = ""
    is_preview: bool = False

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("Reply.text must not be empty: whoever addressed the assistant gets words")


@dataclass(frozen=True, slots=True)
class RenderedPart:
    """One platform message, ready to send: at most `Capabilities.max_chars` characters of the platform's markup, and
    the buttons below it. `is_preview`: an edit with more of the text follows soon."""

    text: str
    buttons: tuple[Button, ...] = ()
    is_preview: bool = False


@dataclass(frozen=True, slots=True)
class SentMessage:
    """The platform's id of a message that is now visible; "" where the platform returns none."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """How platforms differ, declared instead of special-cased.

    max_chars: the longest text of one message, in the platform's own count.
    idempotent_send: repeating `send` with the same idempotency key and `may_be_shown` shows the message once.
    threads: replies can be put in a thread of their own.
    edits: `edit` and `retract` work; without it they raise DeliveryRefused.
    buttons: people can press what `Reply.buttons` holds; without it they are not shown.
    working_s: for how many seconds `show_working` shows; 0: the platform has nothing of the kind.
    private_replies: a reply can be shown in a channel, or beside it, to one person alone.
    """

    max_chars: int
    idempotent_send: bool
    threads: bool
    edits: bool
    buttons: bool = False
    working_s: float = 0.0
    private_replies: bool = False


IncomingEvent = IncomingMessage | DeletedMessage | ButtonPress
OnEvent = Callable[[IncomingEvent], Awaitable[str | None]]
"""Returns once the event is safe; what it gives is a word for whoever pressed a button, for them alone."""


@runtime_checkable
class ChatAdapter(Protocol):
    """One chat platform. Every sentence below has a test in tests/contracts/adapter_contract.py.

    `start` connects, and returns once messages can arrive; a wrong token raises AuthenticationFailed then, naming the
    setting. What people wrote in the time told by `missed` is delivered too, as far as the platform does not do so by
    itself and lets it be read. Each message of a person is given to `on_event` once for every event the platform makes
    of it, with the same event key; the assistant's own messages and those of other bots never are. A changed post
    arrives with its new text and `edited_at`, a deleted one as DeletedMessage; changes that leave the text as it was
    (a link's preview) don't arrive. The event is acknowledged only after `on_event` returned; when it raises, the event
    is not acknowledged, so that the platform delivers it again.

    `render` is pure: parts in order, none over `capabilities.max_chars`, none empty, no markup of the model that pings
    people or channels. `send` shows one part at the address; `may_be_shown` tells that an earlier call with the same
    key may have been carried out: then the platform is asked before it is shown again. Where `address.visible_to` is
    set nobody else sees it; such a part can't be looked for (DeliveryUnknown), edited or retracted (DeliveryRefused).
    `edit` gives a shown part new text and buttons, and `retract` takes it away; both may be repeated, and a part that
    is gone already is no error to `retract`, but DeliveryRefused to `edit`. All three raise only AdapterError.

    `show_working` shows at the address, until a reply is shown there or `Capabilities.working_s` have passed, that the
    question is being worked at; with `is_working` false it takes that away. It may be repeated, and raises only
    AdapterError. `permalink` gives the web address at which people of the workspace find the message of that address,
    "" where there is none. A press of a button arrives as ButtonPress; a slash command as a message whose reply is
    visible to its author alone. `close` may be called twice.
    """

    @property
    def platform(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None: ...

    def render(self, reply: Reply) -> Sequence[RenderedPart]: ...

    async def send(
        self, address: ReplyAddress, part: RenderedPart, idempotency_key: str, *, may_be_shown: bool = False
    ) -> SentMessage: ...

    async def edit(self, address: ReplyAddress, message_id: str, part: RenderedPart) -> None: ...

    async def retract(self, address: ReplyAddress, message_id: str) -> None: ...

    async def show_working(self, address: ReplyAddress, *, is_working: bool = True) -> None: ...

    def permalink(self, address: ReplyAddress) -> str: ...

    async def close(self) -> None: ...


@runtime_checkable
class SelfClosing(ChatAdapter, Protocol):
    """A chat adapter whose connection can end by itself. `wait_closed` returns when `close` has ended it, and raises
    the AdapterError that did otherwise."""

    async def wait_closed(self) -> None: ...


@dataclass(frozen=True, slots=True)
class WebhookResponse:
    """What an HTTP endpoint answers: `status`, `body`, and its `content_type`."""

    status: int
    body: str = ""
    content_type: str = "text/plain"


@runtime_checkable
class WebhookAdapter(ChatAdapter, Protocol):
    """A chat adapter whose platform posts its events over HTTP; the gateway listens for it at `webhook_path`.

    `handle_webhook` takes the headers (lower-case names) and the raw body of one POST, checks their signature, and
    returns once the event is safely stored.
    """

    @property
    def webhook_path(self) -> str: ...

    async def handle_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookResponse: ...

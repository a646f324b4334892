"""The assistant in somebody else's Bolt app: neither takes anything from the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app import App
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request import BoltRequest
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from adapters.base import IncomingEvent
from adapters.errors import AdapterConfigurationError
from adapters.slack import attach
from tests.contracts.adapter_harness import Inbox
from tests.fakes.slack_attached_harness import AttachedHarness, AttachedSyncHarness
from tests.fakes.slack_server import FakeSlack
from tests.fakes.slack_workspace import Json
from tests.fakes.until import until

Harness = AttachedHarness | AttachedSyncHarness
HARNESSES: dict[str, type[Harness]] = {"async": AttachedHarness, "sync": AttachedSyncHarness}


@pytest.fixture(params=sorted(HARNESSES))
async def attached(slack: FakeSlack, request: pytest.FixtureRequest) -> AsyncIterator[Harness]:
    harness = HARNESSES[request.param](slack)
    yield harness
    await harness.close()


def listen(register: Callable[..., Any], harness: Harness, use: Callable[[Json], object]) -> None:
    """Register a listener of the app's own, with whatever it answers in the acknowledgement."""
    if isinstance(harness, AttachedSyncHarness):

        def listener(body: Json, ack: Callable[[], object]) -> None:
            ack()
            use(body)

        register(listener)
        return

    async def async_listener(body: Json, ack: Callable[[], Awaitable[object]]) -> None:
        await ack()
        use(body)

    register(async_listener)


def text_of(body: Json) -> str:
    event = body["event"]
    return str(event["text"]) if isinstance(event, dict) else ""


async def test_both_hear_the_same_message(slack: FakeSlack, attached: Harness) -> None:
    """What the app listens for it still gets, where the assistant has stored it, too."""
    heard: list[str] = []
    inbox = Inbox()
    await attached.start(inbox)
    listen(attached.app.event("message"), attached, lambda body: heard.append(text_of(body)))
    ts = await slack.post("hello", channel="DU1")
    await inbox.first()
    await until(lambda: heard)
    assert heard == ["hello"]
    await slack.settled(ts)
    assert slack.acknowledged(ts)


async def test_both_hear_the_same_command(slack: FakeSlack, attached: Harness) -> None:
    """The app's own /ask goes on to work."""
    heard: list[str] = []
    listen(attached.app.command("/ask"), attached, lambda body: heard.append(str(body["text"])))
    inbox = Inbox()
    await attached.start(inbox)
    await slack.command("/ask", "how long?")
    await inbox.first()
    await until(lambda: heard)
    assert heard == ["how long?"]


async def test_what_only_the_app_wants_is_its_own(slack: FakeSlack, attached: Harness) -> None:
    """Its commands never reach the assistant, and are answered as it answers them."""
    heard: list[str] = []
    listen(attached.app.command("/deploy"), attached, lambda body: heard.append(str(body["text"])))
    inbox = Inbox()
    await attached.start(inbox)
    trigger = await slack.command("/deploy", "now")
    await slack.settled(trigger)
    assert slack.acknowledged(trigger)
    await until(lambda: heard)
    assert inbox.messages == []


async def test_what_nobody_wants_is_answered_as_before(slack: FakeSlack, attached: Harness) -> None:
    """The assistant acknowledges only what it has stored."""
    await attached.start(Inbox())
    trigger = await slack.command("/deploy", "now")
    await slack.settled(trigger)
    assert slack.deliveries[-1].status == 404


async def test_message_that_only_the_assistant_wants_is_acknowledged(slack: FakeSlack, attached: Harness) -> None:
    """An app without a listener for it would answer 404, and Slack send it again."""
    inbox = Inbox()
    await attached.start(inbox)
    ts = await slack.post("hello", channel="DU1")
    await slack.settled(ts)
    assert slack.deliveries[-1].status == 200


async def test_listeners_wait_until_it_is_stored(slack: FakeSlack, attached: Harness) -> None:
    """What can't be stored comes again, and only then the app's listener gets it: once."""
    heard: list[str] = []
    listen(attached.app.event("message"), attached, lambda body: heard.append(text_of(body)))
    inbox = Inbox()
    inbox.fails = True
    await attached.start(inbox)
    ts = await slack.post("hello", channel="DU1")
    await slack.settled(ts)
    assert (slack.deliveries[-1].status, heard) == (503, [])
    inbox.fails = False
    slack.redeliver(ts)
    await until(lambda: heard)
    await slack.settled(ts)
    assert slack.acknowledged(ts)
    assert heard == ["hello"]


async def test_store_that_hangs_is_waited_for_in_bounds(slack: FakeSlack) -> None:
    """No thread of the app's waits for ever; Slack is told to send it again."""
    harness = AttachedSyncHarness(slack)
    client = WebClient(token=slack.bot_token, base_url=slack.api_url)
    harness.app = App(client=client, signing_secret=slack.signing_secret, token_verification_enabled=False)
    harness.adapter = attach(harness.app, store_timeout_s=0.2)
    inbox = Inbox()
    inbox.hold()
    await harness.start(inbox)
    ts = await slack.post("hello", channel="DU1")
    await slack.settled(ts)
    assert slack.deliveries[-1].status == 503
    await harness.close()


async def test_closed_adapter_leaves_the_app_alone(slack: FakeSlack, attached: Harness) -> None:
    """Before `start` and after `close` the app is as it was."""
    heard: list[str] = []
    listen(attached.app.event("message"), attached, lambda body: heard.append(text_of(body)))
    inbox = Inbox()
    await attached.serve()
    await slack.post("before", channel="DU1")
    await until(lambda: "before" in heard)
    await attached.adapter.start(inbox)
    await slack.post("between", channel="DU1")
    await until(lambda: "between" in heard)
    await attached.adapter.close()
    await slack.post("after", channel="DU1")
    await until(lambda: "after" in heard)
    assert [message.text for message in inbox.messages] == ["between"]


async def test_restarted_adapter_listens_again(slack: FakeSlack, attached: Harness) -> None:
    """The gateway may be stopped and started within the app's life."""
    inbox = Inbox()
    await attached.start(Inbox())
    await attached.adapter.close()
    await attached.adapter.start(inbox)
    await slack.post("hello", channel="DU1")
    assert len(await inbox.first()) == 1


async def test_forged_request_never_arrives(slack: FakeSlack, attached: Harness) -> None:
    """The app's own check of signatures stands before the assistant."""
    inbox = Inbox()
    await attached.start(inbox)
    slack.signing_secret = "forged"
    ts = await slack.post("hello", channel="DU1")
    await slack.settled(ts)
    assert (slack.deliveries[-1].status, inbox.messages) == (401, [])


async def test_sync_app_on_the_assistants_own_loop_is_told(slack: FakeSlack) -> None:
    """To wait there would be to wait for ever: the event is refused at once, and comes again."""
    authorized = AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="UBOT", bot_token=slack.bot_token)
    app = App(
        client=WebClient(token=slack.bot_token, base_url=slack.api_url),
        request_verification_enabled=False,
        token_verification_enabled=False,
        before_authorize=None,
        authorize=lambda: authorized,
    )
    app.client.token = slack.bot_token
    adapter = attach(app)
    inbox = Inbox()
    await adapter.start(inbox)
    event = {"type": "message", "channel": "DU1", "user": "U1", "text": "hello", "ts": "1700000001.000001"}
    request = BoltRequest(body={"type": "event_callback", "team_id": "T1", "event": event}, mode="socket_mode")
    assert app.dispatch(request).status == 503
    assert inbox.messages == []
    await adapter.close()


async def test_app_without_a_token_is_refused_at_start(slack: FakeSlack) -> None:
    """One that asks an installation store for each workspace's token has none to share."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token=slack.bot_token)

    adapter = attach(AsyncApp(client=AsyncWebClient(base_url=slack.api_url), authorize=authorize))
    with pytest.raises(AdapterConfigurationError, match="token"):
        await adapter.start(Inbox())
    await adapter.close()


async def test_app_in_socket_mode_acknowledges_what_is_stored(slack: FakeSlack) -> None:
    """However the app receives its events: here through Bolt's own handler."""
    app = AsyncApp(client=AsyncWebClient(token=slack.bot_token, base_url=slack.api_url))
    adapter = attach(app)
    inbox = Inbox()
    inbox.hold()
    await adapter.start(inbox)
    handler = AsyncSocketModeHandler(app, slack.app_token, web_client=AsyncWebClient(base_url=slack.api_url))
    await handler.connect_async()  # type: ignore[no-untyped-call]
    ts = await slack.post("hello", channel="DU1")
    await inbox.first()
    await slack.socket_mode.round_trip()
    assert not slack.acknowledged(ts)
    inbox.release()
    await slack.settled(ts)
    assert slack.acknowledged(ts)
    await adapter.close()
    await handler.close_async()  # type: ignore[no-untyped-call]


async def test_app_on_another_loop_is_served(slack: FakeSlack) -> None:
    """An `AsyncApp` may run in a thread with a loop of its own: what it hears is stored on the assistant's."""
    app = AsyncApp(client=AsyncWebClient(token=slack.bot_token, base_url=slack.api_url))
    adapter = attach(app)
    loops: list[asyncio.AbstractEventLoop] = []

    async def on_event(_: IncomingEvent) -> None:
        loops.append(asyncio.get_running_loop())

    async def serve() -> None:
        handler = AsyncSocketModeHandler(app, slack.app_token, web_client=AsyncWebClient(base_url=slack.api_url))
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await until(lambda: loops)
        await handler.close_async()  # type: ignore[no-untyped-call]

    await adapter.start(on_event)
    serving = asyncio.create_task(asyncio.to_thread(asyncio.run, serve()))
    await slack.post("hello", channel="DU1")
    await serving
    assert set(loops) == {asyncio.get_running_loop()}
    await adapter.close()


async def test_sync_app_in_socket_mode_acknowledges_what_is_stored(slack: FakeSlack) -> None:
    """In the threads of Bolt's own handler: what can't be stored comes again, and many at once are all stored."""
    client = WebClient(token=slack.bot_token, base_url=slack.api_url)
    app = App(client=client, token_verification_enabled=False)
    adapter = attach(app)
    inbox = Inbox()
    inbox.fails = True
    await adapter.start(inbox)
    handler = SocketModeHandler(app, slack.app_token, web_client=WebClient(base_url=slack.api_url))
    await asyncio.to_thread(handler.connect)
    ts = await slack.post("hello", channel="DU1")
    await slack.settled(ts)
    assert not slack.acknowledged(ts)
    inbox.fails = False
    slack.redeliver(ts)
    await slack.settled(ts)
    assert slack.acknowledged(ts)
    assert len({message.event_key for message in inbox.messages}) == 1

    posted = [await slack.post(f"hello {number}", channel="DU1") for number in range(40)]
    for each in posted:
        await slack.settled(each)
    assert all(map(slack.acknowledged, posted))
    assert {message.address.message_id for message in inbox.messages} == {ts, *posted}
    await adapter.close()
    await asyncio.to_thread(handler.close)

"""Starting, interruptions and the end of the connection."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from grpclib.const import Status

from adapters.base import RenderedPart, SelfClosing
from adapters.errors import AdapterConfigurationError, AuthenticationFailed, PlatformUnavailable
from adapters.wechat.adapter import Timing, WechatAdapter
from adapters.wechat.connection import Connection
from adapters.wechat.endpoint import parse_endpoint
from adapters.wechat.gateway import Gateway
from tests.contracts.adapter_harness import Inbox
from tests.fakes.tcp_proxy import TcpProxy
from tests.fakes.until import until
from tests.fakes.wechat_gateway import DONG, LOGIN, LOGOUT, FakeGateway
from tests.fakes.wechat_world import ASSISTANT
from tests.integration.wechat.conftest import QUICK

LISTENING = replace(QUICK, ding_s=0.05, deaf_after_s=1.0)


@pytest.fixture
async def listener(gateway: FakeGateway) -> AsyncIterator[WechatAdapter]:
    """Not started yet; finds deafness soon."""
    adapter = WechatAdapter(gateway.token, gateway.endpoint, timing=LISTENING)
    yield adapter
    await adapter.close()


async def ended(adapter: WechatAdapter) -> PlatformUnavailable:
    """Give what the connection ended with."""
    async with asyncio.timeout(10):
        with pytest.raises(PlatformUnavailable) as raised:
            await adapter.wait_closed()
    return raised.value


async def test_is_self_closing(adapter: WechatAdapter) -> None:
    """Whoever runs it can wait for its end."""
    assert isinstance(adapter, SelfClosing)


@pytest.mark.parametrize("token", ["", "  ", "two words", "new\nline", "schlüssel"])
async def test_token_that_cannot_be_one_names_the_setting(gateway: FakeGateway, token: str) -> None:
    """No connection is tried with it."""
    with pytest.raises(AuthenticationFailed, match="WECHATY_PUPPET_SERVICE_TOKEN"):
        await WechatAdapter(token, gateway.endpoint).start(Inbox())
    assert gateway.calls == []


async def test_malformed_endpoint_names_the_setting() -> None:
    """The gateway's address is never looked up elsewhere."""
    with pytest.raises(AdapterConfigurationError, match="WECHATY_PUPPET_SERVICE_ENDPOINT"):
        await WechatAdapter("token", "").start(Inbox())


async def test_unreachable_gateway_names_the_setting(unused_tcp_port: int) -> None:
    """A wrong address is told at start."""
    adapter = WechatAdapter("token", f"127.0.0.1:{unused_tcp_port}", timing=QUICK)
    with pytest.raises(PlatformUnavailable, match="WECHATY_PUPPET_SERVICE_ENDPOINT"):
        await adapter.start(Inbox())


async def test_gateway_that_answers_nothing_is_given_up(gateway: FakeGateway) -> None:
    """The start ends in its time, also where everything is accepted and nothing answered."""
    gateway.go_deaf()
    adapter = WechatAdapter(gateway.token, gateway.endpoint, timing=replace(QUICK, start_s=0.5, call_s=5))
    with pytest.raises(PlatformUnavailable, match="tells nothing"):
        await adapter.start(Inbox())


async def test_account_that_is_not_logged_in_is_told_so(gateway: FakeGateway) -> None:
    """The operator reads that the code has to be scanned; after that the start works."""
    gateway.logged_in = False
    adapter = WechatAdapter(gateway.token, gateway.endpoint, timing=replace(QUICK, start_s=0.5))
    with pytest.raises(PlatformUnavailable, match="scan"):
        await adapter.start(Inbox())
    await until(lambda: not gateway.is_connected)
    gateway.logged_in = True
    await adapter.start(Inbox())
    await adapter.close()


async def test_gateway_without_greeting_is_connected_all_the_same(gateway: FakeGateway, adapter: WechatAdapter) -> None:
    """Those of other makers say nothing before the account is online."""
    gateway.greets = gateway.logged_in = False
    starting = asyncio.create_task(adapter.start(Inbox()))
    await until(lambda: "Start" in gateway.calls)
    gateway.emit(LOGIN, contactId=ASSISTANT)
    await asyncio.wait_for(starting, timeout=10)


async def test_messages_before_the_login_wait_for_it(gateway: FakeGateway, adapter: WechatAdapter) -> None:
    """Before it the account's own messages can't be told from others."""
    gateway.logged_in = False
    inbox = Inbox()
    starting = asyncio.create_task(adapter.start(inbox))
    await until(lambda: gateway.is_connected)
    gateway.tell(gateway.world.write(ASSISTANT, "mine"))
    gateway.tell(gateway.world.write("U1", "hello"))
    gateway.emit(LOGIN, contactId=ASSISTANT)
    await asyncio.wait_for(starting, timeout=10)
    await inbox.first()
    assert [message.text for message in inbox.messages] == ["hello"]


async def test_client_from_before_is_thrown_out(gateway: FakeGateway, adapter: WechatAdapter) -> None:
    """A connection whose end the gateway has not noticed can't keep us out; the old client hears of it."""
    old = WechatAdapter(gateway.token, gateway.endpoint, timing=QUICK)
    await old.start(Inbox())
    inbox = Inbox()
    await adapter.start(inbox)
    await ended(old)
    await old.close()
    gateway.tell(gateway.world.write("U1", "hello"))
    assert [message.text for message in await inbox.first()] == ["hello"]
    assert gateway.calls.count("Stop") == 1


async def test_client_that_goes_by_itself_is_waited_for(gateway: FakeGateway) -> None:
    """The account is not taken offline for it."""
    old = WechatAdapter(gateway.token, gateway.endpoint)
    await old.start(Inbox())
    adapter = WechatAdapter(gateway.token, gateway.endpoint)
    starting = asyncio.create_task(adapter.start(Inbox()))
    await until(lambda: gateway.calls.count("Event") > 1)
    await old.close()
    await asyncio.wait_for(starting, timeout=10)
    await adapter.close()
    assert "Stop" not in gateway.calls


async def test_end_of_the_stream_is_noticed_at_once(gateway: FakeGateway) -> None:
    """Also with the timing of real life: nobody waits for a ding."""
    adapter = WechatAdapter(gateway.token, gateway.endpoint)
    await adapter.start(Inbox())
    gateway.end_stream()
    await asyncio.wait_for(ended(adapter), timeout=5)
    await adapter.close()


@pytest.mark.parametrize("orderly", [True, False])
async def test_gateway_that_goes_away_is_noticed_and_nothing_is_sent(gateway: FakeGateway, orderly: bool) -> None:
    """Then a reply waits for better times, and it is known that it was not shown."""
    async with TcpProxy("127.0.0.1", gateway.port) as line:
        adapter = WechatAdapter(gateway.token, f"127.0.0.1:{line.port}")
        inbox = Inbox()
        await adapter.start(inbox)
        gateway.tell(gateway.world.write("U1", "hello"))
        [message] = await inbox.first()
        line.accepts = False
        if orderly:
            line.drop()
        else:
            line.reset()
        await asyncio.wait_for(ended(adapter), timeout=5)
        with pytest.raises(PlatformUnavailable):
            await adapter.send(message.address, RenderedPart("thirty days"), "key")
        await adapter.close()


async def test_adapter_starts_again_after_its_end(gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox) -> None:
    """Whoever supervises it can do so with one object."""
    gateway.end_stream()
    await ended(adapter)
    await adapter.close()
    await adapter.start(inbox)
    gateway.tell(gateway.world.write("U1", "hello again"))
    assert [message.text for message in await inbox.first()] == ["hello again"]


async def test_deaf_connection_is_noticed(gateway: FakeGateway, listener: WechatAdapter) -> None:
    """It is open, takes everything, and tells nothing."""
    await listener.start(Inbox())
    gateway.go_deaf()
    assert "says nothing" in str(await ended(listener))


async def test_stream_that_falls_silent_is_noticed(gateway: FakeGateway, listener: WechatAdapter) -> None:
    """Also where the calls are answered: dongs came, and come no more."""
    await listener.start(Inbox())
    await until(lambda: gateway.calls.count("Ding") > 1)
    gateway.dongs = False
    assert "says nothing" in str(await ended(listener))


def test_deafness_is_noticed_within_90_seconds() -> None:
    """With the timing of real life."""
    assert Timing().deaf_after_s + Timing().ding_s < 90


@pytest.mark.parametrize("status", [None, Status.UNIMPLEMENTED, Status.UNKNOWN])
async def test_gateway_without_dongs_is_not_taken_for_deaf(
    gateway: FakeGateway, listener: WechatAdapter, status: Status | None
) -> None:
    """Where no dong ever came, answered calls are life enough, whatever the answer."""
    gateway.dongs = False
    gateway.fails["Ding"] = [status] * 1_000 if status else []
    await listener.start(Inbox())
    waiting = asyncio.create_task(listener.wait_closed())
    await asyncio.wait({waiting}, timeout=2 * LISTENING.deaf_after_s)
    assert not waiting.done()
    await listener.close()
    await waiting


async def test_logout_ends_the_connection(gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox) -> None:
    """Nothing arrives any more until somebody scans the code: that is told."""
    gateway.emit(LOGOUT, contactId=ASSISTANT, data="kicked off")
    assert "scan" in str(await ended(adapter))


async def test_malformed_events_end_nothing(gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox) -> None:
    """Numbers from the future and facts of another shape are passed over."""
    gateway.emit(99)
    gateway.emit(DONG, data=["x"])
    gateway.emit(2, messageId={"id": 1})
    gateway.emit_text(2, "{")
    gateway.emit_text(2, "[" * 100_000)
    gateway.emit_text(2, '["messageId"]')
    gateway.emit(2)
    gateway.emit(LOGIN)
    gateway.tell(gateway.world.write("U1", "hello"))
    assert [message.text for message in await inbox.first()] == ["hello"]


async def test_fault_of_our_own_is_an_end_that_can_be_repaired(gateway: FakeGateway) -> None:
    """Whoever supervises the connection knows our errors only, and starts it again."""

    def fail(message_id: str, own_id: str) -> None:
        raise ZeroDivisionError

    client = Gateway(parse_endpoint(gateway.endpoint, gateway.token), call_timeout_s=5)
    client.connect()
    connection = Connection(client, fail)
    await connection.open(5)
    gateway.tell(gateway.world.write("U1", "hello"))
    with pytest.raises(PlatformUnavailable, match="unexpectedly"):
        await asyncio.wait_for(connection.wait_ended(), timeout=5)
    await connection.close()
    client.close()


async def test_close_ends_the_wait_and_leaves_no_thread(gateway: FakeGateway) -> None:
    """Shutting down is no failure, and nothing goes on."""
    threads = threading.active_count()
    adapter = WechatAdapter(gateway.token, gateway.endpoint)
    await adapter.start(Inbox())
    waiting = asyncio.create_task(adapter.wait_closed())
    await asyncio.sleep(0)
    await adapter.close()
    await asyncio.wait_for(waiting, timeout=5)
    assert threading.active_count() == threads
    await until(lambda: not gateway.is_connected)

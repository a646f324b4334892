"""The gateway's HTTP side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import aiohttp
import pytest

from adapters.base import WebhookAdapter, WebhookResponse
from assistant.errors import ConfigurationError
from assistant.gateway import Gateway
from assistant.http import MAX_BODY_BYTES, listening
from assistant.manners import Manners
from assistant.queue import WakeUpQueue
from tests.fakes.platform import FakePlatform
from tests.fakes.until import until


class FakeWebhooks(FakePlatform):
    """The platform in memory, with events over HTTP: answers what it got."""

    webhook_path = "/fake/events"

    async def handle_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookResponse:
        if headers.get("x-signature") != "good":
            return WebhookResponse(401, "who are you?")
        await self.people_say(self.message(body.decode(), mention=True))
        return WebhookResponse(200, f'{{"got": {len(body)}}}', "application/json")


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def got(client: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    async with client.get(url) as response:
        return response.status, await response.text()


async def test_running_gateway_is_healthy_and_ready(
    database_url: str, queue: WakeUpQueue, client: aiohttp.ClientSession
) -> None:
    """Both parts answer; on port 0 the address tells which port it became."""
    gateway = Gateway(database_url, queue, {}, Manners())
    async with listening(gateway, [], "127.0.0.1", 0) as address, gateway.running():
        assert await got(client, f"{address}/health") == (200, "ok\n")
        assert await got(client, f"{address}/ready") == (200, "ok\n")
        assert (await got(client, f"{address}/elsewhere"))[0] == 404


async def test_gateway_without_redis_is_healthy_and_not_ready(database_url: str, client: aiohttp.ClientSession) -> None:
    """It need not be restarted, but is not fit for traffic."""
    gateway = Gateway(database_url, WakeUpQueue("redis://127.0.0.1:1/0"), {}, Manners())
    async with listening(gateway, [], "127.0.0.1", 0) as address, gateway.running():
        assert await got(client, f"{address}/health") == (200, "ok\n")
        assert await got(client, f"{address}/ready") == (503, "QueueUnavailable\n")


async def test_gateway_before_its_start_is_not_ready(
    database_url: str, queue: WakeUpQueue, client: aiohttp.ClientSession
) -> None:
    """The port is open before the database is."""
    gateway = Gateway(database_url, queue, {}, Manners())
    async with listening(gateway, [], "127.0.0.1", 0) as address:
        assert (await got(client, f"{address}/ready"))[0] == 503
        assert (await got(client, f"{address}/metrics"))[0] == 503


async def test_metrics_count_messages_and_deliveries(
    database_url: str, queue: WakeUpQueue, client: aiohttp.ClientSession, platform: FakePlatform
) -> None:
    """By kind and state, in Prometheus' text format; no text of people in it."""
    gateway = Gateway(database_url, queue, {"fake": platform}, Manners())
    async with listening(gateway, [platform], "127.0.0.1", 0) as address, gateway.running():
        root = platform.message("a secret", mention=True)
        await platform.people_say(root)
        await platform.people_say(platform.message("more", thread=root.address.thread))
        await platform.people_say(platform.message("aside", thread=root.address.thread, mention_other=True))
        status, text = await got(client, f"{address}/metrics")
    assert status == 200
    assert text.splitlines() == [
        "# TYPE llamadesk_items gauge",
        'llamadesk_items{kind="message",state="overheard"} 1',
        'llamadesk_items{kind="message",state="pending"} 2',
    ]


async def test_webhook_goes_to_its_adapter_and_its_answer_back(
    database_url: str, queue: WakeUpQueue, client: aiohttp.ClientSession
) -> None:
    """Headers in lower case, the body as it came, status, body and type as the adapter said."""
    platform = FakeWebhooks()
    assert isinstance(platform, WebhookAdapter)
    gateway = Gateway(database_url, queue, {"fake": platform}, Manners())
    async with listening(gateway, [platform], "127.0.0.1", 0) as address, gateway.running():
        url = f"{address}/fake/events"
        async with client.post(url, data=b"hello", headers={"X-Signature": "good"}) as response:
            assert (response.status, response.content_type) == (200, "application/json")
            assert await response.json() == {"got": 5}
        async with client.post(url, data=b"hello") as response:
            assert (response.status, await response.text()) == (401, "who are you?")
        async with client.get(url) as response:
            assert response.status == 405
        await until(lambda: queue.length() == 1)  # the wake-up comes behind the acknowledgement


async def test_oversized_body_is_refused(database_url: str, queue: WakeUpQueue, client: aiohttp.ClientSession) -> None:
    """Before it fills the memory."""
    platform = FakeWebhooks()
    gateway = Gateway(database_url, queue, {"fake": platform}, Manners())
    async with listening(gateway, [platform], "127.0.0.1", 0) as address, gateway.running():
        body = b"x" * (MAX_BODY_BYTES + 1)
        async with client.post(f"{address}/fake/events", data=body, headers={"X-Signature": "good"}) as response:
            assert response.status == 413
    assert queue.length() == 0


async def test_taken_port_names_the_setting(database_url: str, queue: WakeUpQueue) -> None:
    """The operator reads which port, and what to set."""
    gateway = Gateway(database_url, queue, {}, Manners())
    async with listening(gateway, [], "127.0.0.1", 0) as address:
        port = int(address.rpartition(":")[2])
        with pytest.raises(ConfigurationError, match=f"port {port}.*ASSISTANT_HTTP_PORT"):
            async with listening(gateway, [], "127.0.0.1", port):
                pass


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
async def test_foreign_address_names_the_setting(database_url: str, queue: WakeUpQueue, host: str) -> None:
    """An address that is not this machine's can't be listened on."""
    gateway = Gateway(database_url, queue, {}, Manners())
    with pytest.raises(ConfigurationError, match="ASSISTANT_HTTP_HOST"):
        async with listening(gateway, [], host, 0):
            pass

"""HTTP mode against who is not Slack, or sends what Slack would not."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.slack.adapter import SlackAdapter
from adapters.slack.body import FORM, MAX_BODY_BYTES, MAX_DEPTH
from tests.contracts.adapter_harness import Inbox
from tests.fakes.slack_delivery import Delivery, http_body, signed_headers
from tests.fakes.slack_interactions import command_form, press_payload
from tests.fakes.slack_server import FakeSlack
from tests.fakes.slack_workspace import BOT_USER, Json, Message, event_payloads

JSON = "application/json"
BUTTON: Json = {"type": "button", "action_id": "llamadesk_up", "text": {"type": "plain_text", "text": "Yes"}}
BUTTONS: Json = {"blocks": [{"type": "actions", "elements": [BUTTON]}]}
REPLY = Message("C1", "1700000002.000001", BOT_USER, "thirty days", "1700000001.000001", attachments=(BUTTONS,))
QUESTION = Message("DU1", "1700000001.000001", "U1", "how long?")
REQUESTS = {
    "event": Delivery("", event_payloads(QUESTION)[0], 0),
    "command": Delivery(
        "", command_form("1.2", "/ask", "how long?", channel="C1", user="U1", response_url=""), 0, "slash_commands"
    ),
    "press": Delivery("", press_payload(REPLY, "llamadesk_up", "1700000003.000001", "U1", ""), 0, "interactive"),
}


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def adapter(slack: FakeSlack, inbox: Inbox) -> AsyncIterator[SlackAdapter]:
    adapter = SlackAdapter(slack.bot_token, signing_secret=slack.signing_secret, api_url=slack.api_url)
    await adapter.start(inbox)
    yield adapter
    await adapter.close()


def arrived(inbox: Inbox) -> int:
    return len(inbox.messages) + len(inbox.presses)


async def status(adapter: SlackAdapter, body: bytes, content_type: str) -> int:
    headers = signed_headers(FakeSlack.signing_secret, body, content_type=content_type)
    return (await adapter.handle_webhook(headers, body)).status


@pytest.mark.parametrize("kind", sorted(REQUESTS))
async def test_signed_request_arrives(adapter: SlackAdapter, inbox: Inbox, kind: str) -> None:
    """Each kind comes to the same address."""
    assert await status(adapter, *http_body(REQUESTS[kind])) == 200
    assert arrived(inbox) == 1


@pytest.mark.parametrize("kind", sorted(REQUESTS))
@pytest.mark.parametrize("age_s", [301, -301])
async def test_recorded_request_can_not_be_played_again(
    adapter: SlackAdapter, inbox: Inbox, kind: str, age_s: int
) -> None:
    """Five minutes either way, for commands and presses as for events."""
    body, content_type = http_body(REQUESTS[kind])
    then = str(int(time.time()) - age_s)
    answer = await adapter.handle_webhook(signed_headers(FakeSlack.signing_secret, body, then, content_type), body)
    assert (answer.status, arrived(inbox)) == (401, 0)


@pytest.mark.parametrize("kind", sorted(REQUESTS))
async def test_forged_request_never_arrives(adapter: SlackAdapter, inbox: Inbox, kind: str) -> None:
    """Signed with another secret, or for another body."""
    body, content_type = http_body(REQUESTS[kind])
    forged = await adapter.handle_webhook(signed_headers("other", body, content_type=content_type), body)
    good = signed_headers(FakeSlack.signing_secret, body, content_type=content_type)
    changed = await adapter.handle_webhook(good, body.replace(b"U1", b"U2"))
    assert (forged.status, changed.status, arrived(inbox)) == (401, 401, 0)


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"x" * (MAX_BODY_BYTES + 1), JSON, 413),
        (b"payload=" + b"x" * MAX_BODY_BYTES, FORM, 413),
        (b'{"event":' + b"[" * (MAX_DEPTH + 1), JSON, 400),
        (b'{"event":{"a":' + b"[" * 500_000 + b"]" * 500_000 + b"}}", JSON, 400),
        (b'{"event":{"a":[' + b"{}," * 300_000 + b"{}]}}", JSON, 400),
        (urlencode({"payload": '{"actions":' * 5_000}).encode(), FORM, 400),
        (b"payload=" + b"%5B" * 300_000, FORM, 400),
        (b"&".join(b"command=/ask" for _ in range(50_000)), FORM, 400),
        (b"command=%2Fask&command=%2Fforget&user_id=U1", FORM, 400),
        (b"\x00" * 1_000, JSON, 400),
        (b'{"event":{}}', "text/plain", 200),
        (b"ssl_check=1&token=x", FORM, 200),
        (b"command=%2Fask", FORM, 200),
        (json.dumps({"type": "block_actions", "actions": [[]] * 1_000}).encode(), JSON, 200),
    ],
    ids=lambda value: value[:24].decode() if isinstance(value, bytes) else "",
)
async def test_hostile_body_is_answered_in_no_time(
    adapter: SlackAdapter, inbox: Inbox, body: bytes, content_type: str, expected: int
) -> None:
    """Also when it is signed: people's own words are in it."""
    started = time.process_time()
    assert await status(adapter, body, content_type) == expected
    assert time.process_time() - started < 2
    assert arrived(inbox) == 0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "user", "channel"]), inner),
    max_leaves=5,
)
KEYS = (*REQUESTS["event"].payload, *REQUESTS["command"].payload, *REQUESTS["press"].payload, "authorizations", "view")


@given(st.dictionaries(st.sampled_from(sorted(set(KEYS))), json_values), st.sampled_from(sorted(REQUESTS)))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_payload_of_any_shape_is_answered(adapter: SlackAdapter, inbox: Inbox, changes: Json, kind: str) -> None:
    """Bolt fails on many shapes outside of its own error handling; here nothing of that reaches the web server."""
    payload = {**REQUESTS[kind].payload, **changes}
    assert await status(adapter, json.dumps(payload).encode(), JSON) in (200, 400)


@pytest.mark.parametrize("payload", [{"user": []}, {"team": 5}, {"event": {"type": "message"}, "authorizations": [7]}])
async def test_odd_shape_over_the_socket_is_acknowledged(slack: FakeSlack, payload: Json) -> None:
    """It would come again and again otherwise, and is nothing that Slack sends; what comes behind it still arrives."""
    inbox = Inbox()
    adapter = SlackAdapter(slack.bot_token, slack.app_token, api_url=slack.api_url)
    await adapter.start(inbox)
    slack.send_events("odd", [{"event_id": "Ev1", "type": "event_callback", **payload}])
    await slack.settled("odd")
    assert slack.acknowledged("odd")
    await slack.post("hello", channel="DU1")
    await inbox.first()
    await adapter.close()


@pytest.mark.parametrize(
    "frame",
    [
        '{"a":' + "[" * 100_000,
        '{"a":[' + "{}," * 100_000 + "{}]}",
        "{",
        "[]",
        "nonsense",
        '{"type":7}',
        '{"payload":[]}',
    ],
    ids=["deep", "many", "cut", "list", "nonsense", "type", "payload"],
)
async def test_hostile_frame_ends_nothing(slack: FakeSlack, frame: str, caplog: pytest.LogCaptureFixture) -> None:
    """What is no envelope is left alone; what comes behind it on the same connection still arrives."""
    inbox = Inbox()
    adapter = SlackAdapter(slack.bot_token, slack.app_token, api_url=slack.api_url)
    await adapter.start(inbox)
    await slack.socket_mode.connected.wait()
    await slack.socket_mode.connections[-1].send_str(frame)
    await slack.post("hello", channel="DU1")
    await inbox.first()
    assert slack.socket_mode.opened == 1
    assert "RecursionError" not in caplog.text
    await adapter.close()

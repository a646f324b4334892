"""What Discord's events become, event by event. The payloads run through discord.py's own parsing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import pytest
from discord.state import ConnectionState

from adapters.base import IncomingMessage, ReplyAddress
from adapters.discord.parse import parse_message

PAYLOADS = Path(__file__).resolve().parents[2] / "payloads" / "discord"
MESSAGES = sorted(PAYLOADS.glob("message_*.json"))


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))


def connection() -> ConnectionState[discord.Client]:
    """Give discord.py's state of a connection that has seen the bot's user and its server."""
    state = discord.Client(intents=discord.Intents(guilds=True, messages=True, message_content=True))._connection
    state.user = discord.ClientUser(state=state, data=payload("bot_user"))
    state._add_guild_from_data(payload("guild"))
    return state


def received(event: Any) -> tuple[discord.Message, int]:
    state = connection()
    assert state.user is not None
    channel, _ = state._get_guild_channel(event)
    return discord.Message(state=state, channel=channel, data=event), state.user.id  # type: ignore[arg-type]


def incoming(expected: dict[str, Any], sent_at: datetime) -> IncomingMessage:
    place = ("workspace", "channel", "thread", "message_id", "is_direct", "visible_to", "interaction")
    address = ReplyAddress(platform="discord", **{name: expected[name] for name in place if name in expected})
    rest = {name: value for name, value in expected.items() if name not in place and name != "attachments"}
    attachments = tuple(expected.get("attachments", ()))
    return IncomingMessage(address=address, sent_at=sent_at, attachments=attachments, **rest)


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.stem)
def test_event_becomes_what_a_person_said(path: Path) -> None:
    """Text, address and mentions of each kind of message; None for what no person said."""
    case = json.loads(path.read_text("utf-8"))
    message, bot_id = received(case["event"])
    expected = incoming(case["incoming"], message.created_at) if case["incoming"] else None
    assert expected == parse_message(message, bot_id)


def test_time_is_that_of_the_message() -> None:
    """The id holds when the message was written, to the millisecond."""
    event = payload("message_overheard")["event"]
    written = datetime(2024, 12, 27, 10, 15, 30, tzinfo=UTC)
    message, bot_id = received(event | {"id": str(discord.utils.time_snowflake(written))})
    parsed = parse_message(message, bot_id)
    assert parsed is not None
    assert written == parsed.sent_at


def test_server_in_an_outage_still_gives_an_address() -> None:
    """A server that is not in the cache is named by the event itself."""
    event = payload("message_mention")["event"] | {
        "guild_id": "1170000000000007777",
        "channel_id": "1170000000000008888",
    }
    message, bot_id = received(event)
    parsed = parse_message(message, bot_id)
    assert parsed is not None
    expected = ReplyAddress("discord", "1170000000000007777", "1170000000000008888", event["id"], event["id"])
    assert expected == parsed.address
    assert parsed.mentions_assistant


def test_two_posts_have_two_keys_and_one_event_one() -> None:
    """The key comes from the message, not from the delivery."""
    first, again, other = (
        parse_message(*received(payload(name)["event"]))
        for name in ("message_mention", "message_mention", "message_overheard")
    )
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.event_key == again.event_key != other.event_key

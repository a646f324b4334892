"""What Discord's interactions become, event by event. The payloads run through discord.py's own parsing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import discord
import pytest
from discord.state import ConnectionState

from adapters.base import ButtonPress, IncomingMessage, ReplyAddress
from adapters.discord.buttons import parse_press
from adapters.discord.commands import parse_command, same
from tests.unit.discord.test_discord_parse import PAYLOADS, incoming, payload

COMMANDS = sorted(PAYLOADS.glob("command_*.json"))
PRESSES = sorted(PAYLOADS.glob("press_*.json"))


def received(event: Any) -> discord.Interaction[Any]:
    """Give the interaction as discord.py's client gives it, whose bot and server are known."""
    client = discord.Client(intents=discord.Intents(guilds=True))
    state: ConnectionState[Any] = client._connection
    # discord.py takes the session of a client that has logged in.
    state.http._HTTPClient__session = None  # type: ignore[attr-defined]
    state.user = discord.ClientUser(state=state, data=payload("bot_user"))
    state._add_guild_from_data(payload("guild"))
    return discord.Interaction(data=event, state=state)


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_command_becomes_a_message_for_its_author_alone(path: Path) -> None:
    """Text, address and meaning of each command; the address holds what is needed to answer."""
    case = json.loads(path.read_text("utf-8"))
    interaction = received(case["event"])
    given = {option["name"]: option["value"] for option in case["event"]["data"].get("options", [])}
    parsed = parse_command(interaction, case["incoming"].get("command"), given.get("text", ""), 1180000000000000001)
    assert incoming(case["incoming"], interaction.created_at) == parsed
    assert isinstance(parsed, IncomingMessage)
    assert ReplyAddress.from_json(parsed.address.to_json()) == parsed.address


@pytest.mark.parametrize("path", PRESSES, ids=lambda path: path.stem)
def test_press_becomes_what_was_meant(path: Path) -> None:
    """The reply, its conversation and the person, wherever the reply stands; None for another program's button."""
    case = json.loads(path.read_text("utf-8"))
    expected = ButtonPress(**case["press"]) if case["press"] else None
    assert expected == parse_press(received(case["event"]))


def test_interaction_without_a_place_is_nobodys() -> None:
    """Discord may leave the channel out; there is no telling where the reply belongs."""
    for name in ("command_ask", "press_in_a_direct_chat"):
        event = payload(name)["event"]
        interaction = received({key: value for key, value in event.items() if key != "channel"})
        assert parse_command(interaction, None, "x", 1) is None
        assert parse_press(interaction) is None


@pytest.mark.parametrize(
    ("wanted", "registered", "expected"),
    [
        ({"name": "ask"}, {"name": "ask", "id": "1", "version": "2"}, True),
        ({"name": "ask"}, {"name": "Ask"}, False),
        ({"name": "ask"}, None, False),
        ({"nsfw": False, "options": []}, {}, True),
        ({"options": [{"required": True}]}, {"options": [{"required": True, "name_localizations": None}]}, True),
        ({"options": [{"required": True}]}, {"options": []}, False),
        ({"options": [{"required": False}]}, {"options": [{}]}, True),
        ({"dm_permission": True}, {"dm_permission": False}, True),
        ({"contexts": [0, 1]}, {"contexts": [0, 1, 2]}, False),
        ({"options": []}, {"options": "hostile"}, False),
    ],
)
def test_command_is_known_to_discord_if_it_says_so(wanted: object, registered: object, expected: bool) -> None:
    """What Discord adds, and what it leaves out because it is empty, is no difference."""
    assert same(wanted, registered) is expected

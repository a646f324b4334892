"""What becomes of a gateway's messages; those in tests/payloads/wechat are as gateways tell them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.base import DeletedMessage, IncomingMessage, ReplyAddress
from adapters.wechat.gateway import payload_of
from adapters.wechat.parse import parse_message
from adapters.wechat.payload import Kind, Payload, kind_of, time_of
from adapters.wechat.people import Person

PAYLOADS = Path(__file__).resolve().parents[2] / "payloads" / "wechat"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ME = "wxid_assistant"
TALKER = Person("张三")
OWN_NAMES = {"客服小助手", "客服"}
TEXT = Payload("7001", Kind.TEXT, "U1", NOW, "20001@chatroom", "how long?")


def read(payload: Payload) -> IncomingMessage | DeletedMessage | None:
    return parse_message(payload, TALKER, OWN_NAMES, ME)


def read_message(payload: Payload) -> IncomingMessage:
    message = read(payload)
    assert isinstance(message, IncomingMessage)
    return message


def golden(name: str) -> Payload:
    """Give a message as it is on the wire."""
    return payload_of(SimpleNamespace(**json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))), NOW)


def test_room_is_the_conversation() -> None:
    """There are no threads in it."""
    assert read(TEXT) == IncomingMessage(
        ReplyAddress("wechat", ME, "20001@chatroom", "", "7001"), "U1", "张三", "how long?", NOW
    )


def test_one_to_one_chat_is_direct_and_names_nobody() -> None:
    """Its channel is the contact; an @ there is a word like any other."""
    message = read_message(replace(TEXT, room_id="", text="@客服\u2005how long?"))
    assert message.address == ReplyAddress("wechat", ME, "U1", "", "7001", is_direct=True)
    assert message.text == "@客服\u2005how long?"
    assert not message.mentions_assistant


@pytest.mark.parametrize(
    ("name", "text", "attachments"),
    [
        ("text", "退货要多久？", ()),
        ("file", "", ("bill.pdf",)),
        ("image", "", ("[图片]",)),
        ("voice", "", ("[语音]",)),
        ("video", "", ("[视频]",)),
        ("mini_program", "", ("[小程序] 我的订单 & more",)),
        ("link", "", ("[链接] 退货政策",)),
        ("sticker", "", ("[动画表情]",)),
    ],
)
def test_message_arrives_with_what_wechat_shows(name: str, text: str, attachments: tuple[str, ...]) -> None:
    """What is no text has a name, and its XML is nobody's words."""
    message = read_message(golden(name))
    assert (message.text, message.attachments) == (text, attachments)


@pytest.mark.parametrize("name", ["own", "official_account", "service_account", "notice", "group_note", "no_talker"])
def test_what_no_person_wrote_never_arrives(name: str) -> None:
    """The assistant's own phone, shops, WeChat itself."""
    assert read(golden(name)) is None


def test_official_account_is_known_by_its_kind() -> None:
    """Its id may look like a person's."""
    assert parse_message(TEXT, replace(TALKER, is_official=True), OWN_NAMES, ME) is None


@pytest.mark.parametrize("name", ["recalled", "recalled_xml"])
def test_recalled_message_is_deleted(name: str) -> None:
    """Gateways tell its id as the text, or in WeChat's own XML."""
    assert read(golden(name)) == DeletedMessage("wechat", ME, "20001@chatroom", "7001")


@pytest.mark.parametrize("text", ["", "张三 recalled a message", "<xml/>", "x" * 500])
def test_recall_without_an_id_is_passed_over(text: str) -> None:
    """There is nothing to delete by it."""
    assert read(replace(TEXT, kind=Kind.RECALLED, text=text)) is None


def test_quote_of_another_stands_above_the_words() -> None:
    """It says what "that" is; whom the quoted words name is not named."""
    message = read_message(golden("quote"))
    assert message.text == "> Li Si: @客服 is it 30 days?\n\nis that true?"
    assert not message.mentions_assistant


def test_quote_of_the_assistant_speaks_to_it() -> None:
    """And is not repeated: its words are known."""
    message = read_message(golden("quote_of_assistant"))
    assert message.text == "and abroad?"
    assert message.mentions_assistant


def test_hostile_names_of_files_are_one_short_line() -> None:
    """They are a stranger's text."""
    [name] = read_message(
        replace(TEXT, kind=Kind.FILE, text="", filename="a\n\u202eIgnore all\x00" + "x" * 500)
    ).attachments
    assert name.startswith("a Ignore all x")
    assert len(name) == 120


def test_number_on_the_wire_from_the_future_is_unknown() -> None:
    """A new kind of message stops nothing."""
    assert kind_of(99) is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (1_767_323_045_678, datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)),
        (1_767_323_045, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (0, NOW),
        (-5, NOW),
        (2**63, NOW),
    ],
)
def test_time_is_read_in_milliseconds_or_seconds(timestamp: int, expected: datetime) -> None:
    """Gateways give one or the other; what makes no sense is now."""
    assert expected == time_of(timestamp, NOW)


def test_nul_is_dropped() -> None:
    """No store takes it."""
    assert payload_of(SimpleNamespace(**{**WIRE, "text": "a\x00b", "filename": "\x00"}), NOW).text == "ab"


WIRE = json.loads((PAYLOADS / "text.json").read_text(encoding="utf-8"))

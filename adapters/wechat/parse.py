"""A gateway's message as an IncomingMessage or DeletedMessage. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from adapters.base import DeletedMessage, IncomingMessage, ReplyAddress
from adapters.wechat.attachments import attachment_names
from adapters.wechat.mentions import Mentions, read_mentions
from adapters.wechat.payload import Kind, Payload
from adapters.wechat.people import Person
from adapters.wechat.quote import Quoting, read_quote

PLATFORM = "wechat"

# Accounts of WeChat's own; official accounts (shops, newspapers, their bots) have ids that begin with gh_.
_SERVICE_IDS = {"weixin", "fmessage", "filehelper", "medianote", "newsapp", "notifymessage", "floatbottle", "qqmail"}
_REVOKED_ID = re.compile(r"<(newmsgid|msgid)>\s*(\d{1,32})\s*</\1>")


def is_from_a_person(payload: Payload, own_id: str) -> bool:
    """Whether a person wrote it, as far as ids tell; the assistant's phone tells of its own messages, too."""
    talker_id = payload.talker_id
    return bool(talker_id) and talker_id not in {own_id, *_SERVICE_IDS} and not talker_id.startswith("gh_")


def parse_message(
    payload: Payload, talker: Person, own_names: Collection[str], own_id: str
) -> IncomingMessage | DeletedMessage | None:
    """Give the event; None for what is no message of a person's: official accounts, notices, group notes.

    `own_names` are what the assistant is called there.
    """
    if not is_from_a_person(payload, own_id) or talker.is_official or not payload.message_id:
        return None
    if payload.kind is Kind.RECALLED:
        return _recalled(payload, own_id)
    attachments = attachment_names(payload)
    if payload.kind is not Kind.TEXT and not attachments:
        return None
    quoting, mentions = _read(payload, own_names, own_id)
    return IncomingMessage(
        address=ReplyAddress(
            platform=PLATFORM,
            workspace=own_id,
            channel=payload.room_id or payload.talker_id,
            thread="",
            message_id=payload.message_id,
            is_direct=not payload.room_id,
        ),
        author_id=payload.talker_id,
        author_name=talker.shown_name,
        text=quoting.with_quote(mentions.text) if _is_quote_of_another(quoting, own_names) else mentions.text,
        sent_at=payload.sent_at,
        mentions_assistant=mentions.assistant or quoting.author in own_names,
        mentions_others=mentions.others,
        attachments=attachments,
    )


def _read(payload: Payload, own_names: Collection[str], own_id: str) -> tuple[Quoting, Mentions]:
    """Part the text; what is no text has XML there, which nobody wrote, and in a one-to-one chat nobody is named."""
    quoting = read_quote(payload.text if payload.kind is Kind.TEXT else "")
    if not payload.room_id:
        return quoting, Mentions(quoting.rest.strip(), assistant=False, others=False)
    return quoting, read_mentions(quoting.rest, own_names, own_id, payload.mention_ids)


def _is_quote_of_another(quoting: Quoting, own_names: Collection[str]) -> bool:
    """The assistant's own words are in the conversation already."""
    return bool(quoting.author) and quoting.author not in own_names


def _recalled(payload: Payload, own_id: str) -> DeletedMessage | None:
    """Give what was recalled: gateways tell its id as the text, or within WeChat's own XML."""
    found = dict(_REVOKED_ID.findall(payload.text))
    message_id = found.get("newmsgid") or found.get("msgid") or payload.text.strip()
    if not message_id or len(message_id) > 200 or any(char.isspace() or char == "<" for char in message_id):
        return None
    return DeletedMessage(PLATFORM, own_id, payload.room_id or payload.talker_id, message_id)

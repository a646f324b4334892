"""What the manners of a channel make of a message: whether it is answered, and where."""

from __future__ import annotations

from dataclasses import dataclass, replace

from adapters.base import IncomingMessage, ReplyAddress
from assistant.manners import ChannelManners
from assistant.wishes import is_question, typed_command


@dataclass(frozen=True, slots=True)
class Hearing:
    """The message as it is obeyed, `address` where its reply belongs; whether it is answered, whether the assistant was
    asked at all, whether it begins a conversation, and whether it belongs to one that is there."""

    message: IncomingMessage
    address: ReplyAddress
    manners: ChannelManners
    is_answered: bool
    is_asked: bool
    opens: bool
    follows: bool


def hear(message: IncomingMessage, manners: ChannelManners) -> Hearing:
    """The message in a channel of those manners."""
    message = _obeyed(message)
    address = _reply_address(message, manners)
    # A thread's first post can't follow anything.
    in_thread = address.is_direct or address.thread not in ("", address.message_id)
    is_follow_up = in_thread and manners.answer != "mentions" and not message.mentions_others
    is_asked = message.is_addressed or is_follow_up
    may_be_ours = manners.answer == "overheard" and not message.mentions_others and is_question(message.text)
    return Hearing(
        message,
        address,
        manners,
        is_answered=is_asked or may_be_ours,
        is_asked=is_asked,
        opens=message.is_addressed or may_be_ours,
        follows=in_thread,
    )


def conversation_thread(address: ReplyAddress, author_id: str) -> str:
    """What tells the conversation from others in the channel. What one person alone sees is that person's own, and so
    is what is said in the channel itself: nobody can tell there who goes on with what."""
    is_personal = bool(address.visible_to) or not (address.thread or address.is_direct)
    return f"{address.thread}@{author_id}" if is_personal else address.thread


def _obeyed(message: IncomingMessage) -> IncomingMessage:
    """The message with the command that is typed in it as text, if the assistant may be meant."""
    typed = typed_command(message.text) if message.command is None else None
    if typed is None or message.mentions_others:
        return message
    command, text = typed
    return replace(message, command=command, text=text, mentions_assistant=True)


def _reply_address(message: IncomingMessage, manners: ChannelManners) -> ReplyAddress:
    """Where the channel's manners want the reply: in the channel instead of a thread, or for the asker alone."""
    address = message.address
    if manners.reply_in == "channel" and address.thread == address.message_id:
        address = replace(address, thread="")
    if manners.visible_to == "asker" and not address.is_direct:
        address = replace(address, visible_to=message.author_id)
    return address

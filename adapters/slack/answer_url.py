"""The address that comes with a slash command or a press, to show its author something.

It works for half an hour and five answers, also where the assistant isn't in the channel:
https://docs.slack.dev/interactivity/handling-user-interaction#message_responses (2026-11).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import aiohttp

from adapters.base import RenderedPart, ReplyAddress
from adapters.slack.failures import answering
from adapters.slack.web import SlackWeb

HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
SLACK_HOST = "slack.com"
# Stricter than any URL parser, so that none reads another host than we do.
ADDRESS = re.compile(r"(https?)://([a-z0-9.-]+)(:[0-9]{1,5})?/[A-Za-z0-9/._~%=&?+-]*", re.ASCII)


def is_answer_url(url: str, api_url: str) -> bool:
    """Whether that is Slack's, or of the server that `api_url` has in Slack's place: no other is ever called."""
    match = ADDRESS.fullmatch(url)
    if match is None:
        return False
    scheme, host, port = match.group(1), match.group(2), match.group(3) or ""
    if scheme == "https" and host in HOSTS:
        return port == ""
    api = urlsplit(api_url)
    return api.hostname != SLACK_HOST and (scheme, f"{host}{port}") == (api.scheme, api.netloc.lower())


async def post_answer(web: SlackWeb, address: ReplyAddress, part: RenderedPart) -> None:
    """Show the text to the author of the interaction alone. What is shown so has no id, hence no buttons."""
    payload: dict[str, object] = {"response_type": "ephemeral", "replace_original": False, "text": part.text}
    if address.thread:
        payload["thread_ts"] = address.thread
    client = web.client
    if client.session is not None:
        await answering(client.session, address.interaction, payload, proxy=client.proxy, ssl=client.ssl)
        return
    async with aiohttp.ClientSession(timeout=web.timeout) as session:
        await answering(session, address.interaction, payload, proxy=client.proxy, ssl=client.ssl)

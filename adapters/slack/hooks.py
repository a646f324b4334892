"""How the assistant listens in a Bolt app that isn't its own.

A middleware runs before Bolt looks for a listener, and before it acknowledges. What it can't do is answer for a request
that no listener wants, without keeping it from those that are: hence the look at what the app answers in the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from slack_bolt.app import App
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.middleware import Middleware
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request import BoltRequest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack.app import not_stored

# How long the app waits for an event to be stored. Slack waits three seconds, and delivers an event again.
STORE_TIMEOUT_S = 5.0
UNHANDLED = 404
STORED = "llamadesk_stored"


class Listener(Protocol):
    @property
    def loop(self) -> asyncio.AbstractEventLoop | None: ...

    async def receive(self, payload: Mapping[str, object]) -> bool: ...


def hook_async(app: AsyncApp, listener: Listener, timeout_s: float = STORE_TIMEOUT_S) -> None:
    """Let the listener see each request of the app's first."""
    app.middleware(AsyncHook(listener, timeout_s))
    dispatch = app.async_dispatch

    async def dispatch_and_acknowledge(req: AsyncBoltRequest) -> BoltResponse:
        return _acknowledged(await dispatch(req), req.context)

    app.async_dispatch = dispatch_and_acknowledge  # type: ignore[method-assign]


def hook_sync(app: App, listener: Listener, timeout_s: float = STORE_TIMEOUT_S) -> None:
    """Let the listener see each request of the app's first, on its own loop, while the app's thread waits."""
    app.middleware(Hook(listener, timeout_s))
    dispatch = app.dispatch

    def dispatch_and_acknowledge(req: BoltRequest) -> BoltResponse:
        return _acknowledged(dispatch(req), req.context)

    app.dispatch = dispatch_and_acknowledge  # type: ignore[method-assign]


def _acknowledged(response: BoltResponse, context: Mapping[str, object]) -> BoltResponse:
    is_ours_alone = response.status == UNHANDLED and context.get(STORED) is True
    return BoltResponse(status=200, body="") if is_ours_alone else response


class AsyncHook(AsyncMiddleware):
    def __init__(self, listener: Listener, timeout_s: float) -> None:
        self._listener = listener
        self._timeout_s = timeout_s

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002
    ) -> BoltResponse | None:
        if (loop := self._listener.loop) is not None:
            work = asyncio.run_coroutine_threadsafe(self._listener.receive(req.body), loop)
            try:
                async with asyncio.timeout(self._timeout_s):
                    req.context[STORED] = await asyncio.wrap_future(work)
            except Exception as error:  # noqa: BLE001 (whatever it is, the event is not stored)
                return not_stored(error)
        return await next()


class Hook(Middleware):
    def __init__(self, listener: Listener, timeout_s: float) -> None:
        self._listener = listener
        self._timeout_s = timeout_s

    def process(
        self,
        *,
        req: BoltRequest,
        resp: BoltResponse,
        next: Callable[[], BoltResponse],  # noqa: A002
    ) -> BoltResponse | None:
        if (loop := self._listener.loop) is not None:
            try:
                req.context[STORED] = self._receive(req.body, loop)
            except Exception as error:  # noqa: BLE001 (whatever it is, the event is not stored)
                return not_stored(error)
        return next()

    def _receive(self, payload: Mapping[str, object], loop: asyncio.AbstractEventLoop) -> bool:
        if _is_running(loop):
            raise RuntimeError("The app is called on the loop of the assistant: use AsyncApp, or a thread.")
        work = asyncio.run_coroutine_threadsafe(self._listener.receive(payload), loop)
        try:
            return work.result(self._timeout_s)
        except TimeoutError:
            work.cancel()
            raise


def _is_running(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether this thread is the loop's: to wait for it would be to wait for ever."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False

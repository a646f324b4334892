"""The gateway's HTTP side: platform webhooks, /health, /ready and /metrics."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

from aiohttp import web

from adapters.base import ChatAdapter, WebhookAdapter
from assistant.errors import AssistantError, ConfigurationError
from assistant.gateway import Gateway

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MAX_BODY_BYTES = 2 * 1024 * 1024
"""A hard cap before any adapter's own, smaller one, which can answer politely."""


@asynccontextmanager
async def listening(gateway: Gateway, adapters: Iterable[ChatAdapter], host: str, port: int) -> AsyncIterator[str]:
    """Serve HTTP while the block runs; gives the address. Raises ConfigurationError when the port can't be had."""
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app.add_routes(
        [web.get("/health", _health), web.get("/ready", _ready(gateway)), web.get("/metrics", _metrics(gateway))]
    )
    for adapter in adapters:
        if isinstance(adapter, WebhookAdapter):
            app.router.add_post(adapter.webhook_path, _webhook(adapter))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as exc:
            raise _unusable(host, port, exc) from exc
        bound = runner.addresses[0]
        yield f"http://{bound[0]}:{bound[1]}"
    finally:
        await runner.cleanup()


def _unusable(host: str, port: int, exc: OSError) -> ConfigurationError:
    if exc.errno == errno.EADDRINUSE:
        return ConfigurationError(
            f"port {port} on {host} is taken: stop what listens there, or set ASSISTANT_HTTP_PORT"
        )
    return ConfigurationError(f"can't listen on {host}:{port} ({exc.strerror}): check ASSISTANT_HTTP_HOST and _PORT")


async def _health(_: web.Request) -> web.Response:
    """The process runs."""
    return web.Response(text="ok\n")


def _ready(gateway: Gateway) -> Handler:
    async def ready(_: web.Request) -> web.Response:
        try:
            await gateway.check()
        except AssistantError as exc:
            return web.Response(status=503, text=f"{type(exc).__name__}\n")
        return web.Response(text="ok\n")

    return ready


def _metrics(gateway: Gateway) -> Handler:
    async def metrics(_: web.Request) -> web.Response:
        try:
            counts = await gateway.counts()
        except AssistantError as exc:
            return web.Response(status=503, text=f"{type(exc).__name__}\n")
        lines = ["# TYPE llamadesk_items gauge"]
        lines += [f'llamadesk_items{{kind="{kind}",state="{state}"}} {count}' for kind, state, count in counts]
        return web.Response(text="\n".join(lines) + "\n")

    return metrics


def _webhook(adapter: WebhookAdapter) -> Handler:
    async def webhook(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = await adapter.handle_webhook(headers, await request.read())
        return web.Response(status=answer.status, text=answer.body, content_type=answer.content_type)

    return webhook

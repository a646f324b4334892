"""What all our commands share: a user's mistake ends in one line and an exit code, never in a traceback."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from adapters.errors import AdapterError
from assistant.errors import AssistantError
from prompts.errors import PromptError

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

INTERRUPTED = 130
HEARD_AGAIN_S = 0.01


class CommandGroup(click.Group):
    """A click group whose commands may raise our own errors."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with interrupts_heard():
                return super().invoke(ctx)
        except (AssistantError, AdapterError, PromptError) as exc:
            click.echo(f"{ctx.info_name}: error: {' '.join(str(exc).split())}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


@contextmanager
def interrupts_heard() -> Iterator[None]:
    """Meanwhile a Ctrl-C that comes while a finaliser runs, where Python lets nothing be raised, is raised after it."""
    hook = sys.unraisablehook

    def interrupt_again(unraisable: UnraisableHookArgs) -> None:
        if isinstance(unraisable.exc_value, KeyboardInterrupt):  # only the main thread gets it
            threading.Timer(HEARD_AGAIN_S, signal.pthread_kill, [threading.get_ident(), signal.SIGINT]).start()
        else:
            hook(unraisable)

    sys.unraisablehook = interrupt_again
    try:
        yield
    finally:
        sys.unraisablehook = hook

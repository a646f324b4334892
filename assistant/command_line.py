"""What all our commands share: a user's mistake ends in one line and an exit code, never in a traceback."""

from __future__ import annotations

from typing import Any

import click

from adapters.errors import AdapterError
from assistant.errors import AssistantError
from prompts.errors import PromptError

INTERRUPTED = 130


class CommandGroup(click.Group):
    """A click group whose commands may raise our own errors."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (AssistantError, AdapterError, PromptError) as exc:
            click.echo(f"{ctx.info_name}: error: {' '.join(str(exc).split())}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)

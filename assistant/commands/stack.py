"""What commands run on: the settings, and whatever of the stack they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from assistant.config import Settings, load_settings
from assistant.logs import configure_logging


def settings_of_process() -> Settings:
    """The settings; from here on is logged as they say."""
    settings = load_settings()
    configure_logging(settings.log_level)
    return settings


@contextmanager
def served(
    *,
    needs_model: bool,
    needs_queue: bool = True,
    changed: Callable[[Settings], Settings] = lambda settings: settings,
    on_status: Callable[[str], None] = lambda _: None,
) -> Iterator[Settings]:
    """The settings as `changed`, with the stack that they need."""
    from assistant import wiring
    from assistant.embedded import Part

    parts = [Part.POSTGRES, *([Part.REDIS] if needs_queue else []), *([Part.CHAT_MODEL] if needs_model else [])]
    with wiring.served(changed(settings_of_process()), parts, on_status) as settings:
        yield settings


@contextmanager
def with_worker() -> Iterator[Settings]:
    """The stack, a model server that was seen to work, and a worker. What takes time is told on standard error."""
    from assistant import wiring
    from assistant.worker_process import worker_at_hand

    console = Console(stderr=True)
    with console.status("starting") as status, served(needs_model=True, on_status=status.update) as settings:
        model = wiring.language_model(settings)
        model.check()
        model.close()
        with worker_at_hand(settings, status.update):
            status.stop()
            yield settings

"""The errors of `assistant`: each message tells the operator what to do, each class knows whether to try again."""

from __future__ import annotations


class AssistantError(Exception):
    """Base of every error raised by `assistant` and `ingest`. `retryable`: the same call may succeed later."""

    retryable = False


class ConfigurationError(AssistantError):
    """A setting is missing, misspelled or has a wrong value; the message names it."""


class DatabaseUnavailable(AssistantError):
    """PostgreSQL can't be reached at DATABASE_URL, or lacks pgvector."""

    retryable = True


class QueueUnavailable(AssistantError):
    """Redis can't be reached at REDIS_URL."""

    retryable = True


class EmbeddedStackError(AssistantError):
    """A part of the embedded stack could not be started; the message says which and what to install or free."""


class LanguageModelError(AssistantError):
    """Base of what goes wrong at the language model. `retry_after_s` is the server's own wish, where it told one."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ModelOverloaded(LanguageModelError):
    """The server's queue is full (429, 503 of a busy server): wait, then try again."""

    retryable = True


class ModelUnavailable(LanguageModelError):
    """No connection, a gateway error (502, 504), or an answer that is not the protocol's (an HTML page)."""

    retryable = True


class GenerationIncomplete(LanguageModelError):
    """Generation failed or the stream ended without its terminal event (424, 500, cut stream): at most two retries."""

    retryable = True


class DeadlineExceeded(LanguageModelError):
    """The total deadline, the first-token or the idle time-out has passed."""

    retryable = True


class RequestRefused(LanguageModelError):
    """The server will never accept this request (400, 401, 404, 422): retrying is useless."""


class PromptTooLong(RequestRefused):
    """The prompt and the wanted reply don't fit the model's window: shrink the context once."""


class EvaluationError(AssistantError):
    """An evaluation can't be made: a folder, a question, a requirement or the results' folder is not as it must be."""


class CalibrationError(AssistantError):
    """A knowledge set can't be calibrated: there are too few questions, or nothing to ask them."""

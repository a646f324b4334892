"""The errors of `prompts`."""

from __future__ import annotations


class PromptError(Exception):
    """Base of every error raised by `prompts`."""


class TemplateError(PromptError):
    """A template or persona file is missing or broken; the message names the file and the fault."""


class QuestionTooLong(PromptError):
    """System text and question alone do not fit the model's window."""

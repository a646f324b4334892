"""Slack as a chat platform: by Socket Mode, by signed HTTP requests, or attached to a bot that is there already."""

from adapters.slack.attached import AttachedAdapter, attach

__all__ = ["AttachedAdapter", "attach"]

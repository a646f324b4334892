"""Slack as a chat platform, by Socket Mode or by signed HTTP events."""

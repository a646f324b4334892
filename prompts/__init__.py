"""Prompts as files: Jinja2 templates for each model family, personas, and token-exact fitting."""

"""Slack's error codes, by what they mean to the caller."""

from __future__ import annotations

# https://docs.slack.dev/reference/methods/chat.postMessage#errors (2026-11).
TOKEN_ERRORS = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
RATE_ERRORS = frozenset({"ratelimited", "rate_limited"})
BUSY_ERRORS = frozenset({"service_unavailable"})
# "It's possible some aspect of the operation succeeded before the error was raised."
AMBIGUOUS_ERRORS = frozenset({"fatal_error", "internal_error"})
GONE_ERRORS = frozenset({"message_not_found", "thread_not_found"})
SO_ALREADY_ERRORS = frozenset({"already_reacted", "no_reaction"})
# What an app is not given, wherever it asks: a scope, or a method that its workspace doesn't have.
NOT_GRANTED_ERRORS = frozenset(
    {
        "deprecated_endpoint",
        "enterprise_is_restricted",
        "feature_not_enabled",
        "method_deprecated",
        "missing_scope",
        "not_allowed_token_type",
        "unknown_method",
    }
)

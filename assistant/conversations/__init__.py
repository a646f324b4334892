"""Conversations, kept in Postgres: messages in, leases in the middle, deliveries out."""

"""Llamadesk: a self-hosted customer-service assistant that answers in chat from the organisation's own FAQ."""

__version__ = "0.1.0"

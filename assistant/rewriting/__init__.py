"""Turns a question that leans on what was said before into one that stands alone."""

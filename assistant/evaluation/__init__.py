"""Measures how well questions are answered: `assistant eval`."""

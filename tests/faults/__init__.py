"""Kills, freezes and cuts off a whole desk of real processes, and checks what people saw: `python -m tests.faults`."""

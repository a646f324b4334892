"""The terminal as a chat platform: what `assistant chat` and `assistant ask` talk through."""

"""What the assistant says without the model."""

from __future__ import annotations

UNKNOWN = (
    "I don't know: I found nothing about that in our documents. "
    "Could you put it another way, or would you like to ask a colleague?"
)
HELP = "How can I help? Ask me a question in a sentence, and I'll look for the answer in our documents."
APOLOGY = (
    "I'm sorry, I can't answer right now: something on our side isn't working. Please ask a colleague, or try later."
)
WAITING = "I'm busy right now: you are number {place} in line. My answer will appear here."
BUSY = "I'm getting more questions than I can answer right now, so I have left this one. Please ask again in a minute."
QUOTED = "I can't write an answer right now, but this passage of our documents should help:"

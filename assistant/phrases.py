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

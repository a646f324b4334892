"""The decision on an answer in words: which value stood against which limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.explaining.explanation import Explanation, Traced

_PLAIN = {
    "busy": "too much was asked at once: the asker was told to come back later",
    "chatted": "a greeting or thanks: nothing was searched",
    "helped": "no words in it: the assistant told what it can do",
    "commanded": "a command: it was carried out, or could not be",
}
SHOWN_DOUBT = 0.005
"""What two decimals show."""
_HANDED_OFF = {
    "asked": "a human was asked for",
    "refused": "it did not know the answer several times in a row",
    "rated": "answers were rated badly",
}


def because(explanation: Explanation) -> str:
    """Why it was decided so, in a sentence."""
    reply = explanation.reply
    if reply is None:
        return _unanswered(explanation)
    if reply.decision in _PLAIN:
        return _PLAIN[reply.decision]
    if reply.decision == "handed_off":
        reason = explanation.handoffs[-1].reason if explanation.handoffs else "asked"
        return f"handed to the human agents: {_HANDED_OFF.get(reason, reason)}"
    return _judged(explanation, reply.decision)


def _judged(explanation: Explanation, decision: str) -> str:
    """Why a question was answered so."""
    asked, trace = explanation.asked, explanation.trace
    error = asked.error or "an error"
    found = nearest(trace.gate, trace) if trace else ""
    match decision:
        case "failed":
            return f"no answer could be made: {error} after {asked.attempts + 1} attempts"
        case "quoted":
            return f"the model failed ({error}), and the nearest passage is near enough: {found}"
        case "asked_back":
            return f"the question could mean several things, so its author was asked which ({found})"
        case "refused" if trace:
            return _refused(trace, found)
        case _:
            return f"a passage is near enough: {found}" if found else "nothing is stored that would explain it"


def nearest(gate: Mapping[str, Any], trace: Traced) -> str:
    """The nearest value against its limit ("nearest 0.41 <= 0.60"), "" where nothing was found or stored."""
    judged, limit, doubt = gate.get("nearest_reranked"), gate.get("max_rerank_distance"), 0.0
    if judged is None or limit is None:
        judged, limit, doubt = gate.get("distance"), gate.get("max_distance"), gate.get("doubt", 0.0)
    if judged is None:  # answers of earlier releases
        known = [gate.get(name) for name in ("nearest_alone", "nearest_in_context")]
        distances = [chunk.distance for chunk in trace.chunks]
        judged = min((*distances, *(value for value in known if value is not None)), default=None)
    if judged is None:
        return ""
    if limit is None:
        return f"nearest {judged:.2f}"
    of_it = f" ({doubt:.2f} of it for doubt)" if doubt >= SHOWN_DOUBT else ""
    return f"nearest {judged:.2f}{of_it} {'<=' if judged <= limit else '>'} {limit:.2f}"


def _refused(trace: Traced, found: str) -> str:
    if not found:
        return "nothing was found: the knowledge set is empty, or nothing in it is for this audience"
    if trace.prompt:
        return f"passages are near enough ({found}), but none fits into the model's window beside the question"
    if trace.gate.get("nearest_in_context") is not None and not trace.gate.get("stays"):
        return f"the question left the conversation's topic, and alone it is too far from all that is known ({found})"
    return f"no passage is near enough: {found}"


def _unanswered(explanation: Explanation) -> str:
    asked = explanation.asked
    if asked.state == "deleted":
        return "the message was deleted, or its author said /forget: text and answer are erased"
    if asked.state == "pending":
        failed = f", after {asked.attempts} failed attempts ({asked.error})" if asked.attempts else ""
        return f"it still waits for its answer{failed}"
    if asked.is_overheard:
        return "said to nobody, and no passage was very near, or it was no question: the assistant kept silent"
    if asked.state == "overheard":
        return "said to somebody else, or while a human had the conversation: it is history, and was not answered"
    return "its answer is no longer there"

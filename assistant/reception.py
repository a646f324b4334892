"""Who meets a message first: carries out commands, knows a greeting from a question, and calls the humans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Literal, Protocol

from adapters.base import Button, ButtonName, Source
from assistant.answer import Answerer
from assistant.answering.examples import Examples, no_examples
from assistant.answering.template_choice import template_for
from assistant.conversations.handoffs import Agents
from assistant.conversations.model import (
    Answer,
    Decision,
    Deed,
    Forget,
    Handoff,
    HandoffReason,
    Lease,
    PastTurn,
    PendingMessage,
    Rate,
    TakeBack,
    Trace,
)
from assistant.excerpt import excerpt
from assistant.manners import ChannelManners, Manners
from assistant.phrases import Phrases
from assistant.wishes import is_question, wish_of
from assistant.worker import Show
from prompts.model import Persona

REFUSALS_BEFORE_HANDOFF = 2
"""In a row: then the question is a human's."""
SUMMARY_TURNS = 3
MAX_SUMMARY_CHARS = 300


class Past(Protocol):
    """What has to be looked up of a conversation."""

    def last_sources(self, lease: Lease) -> tuple[Source, ...]: ...

    def last_reply(self, lease: Lease) -> int | None: ...


class Reception:
    """Answers every message, in the manners of its channel; what is a question goes to the answerer. Safe to share
    between threads."""

    def __init__(
        self,
        answerer: Answerer,
        past: Past,
        manners: Manners,
        agents: Agents,
        load_persona: Callable[[str], Persona],
        *,
        examples: Examples | None = None,
    ) -> None:
        self._answerer = answerer
        self._past = past
        self._manners = manners
        self._agents = agents
        self._persona = cache(load_persona)
        self._examples = examples

    def answer(
        self, message: PendingMessage, history: Sequence[PastTurn], lease: Lease, show: Show | None = None
    ) -> Answer:
        """The answer to a message after `history` (oldest first); `show`: see Answerer. Raises AssistantError."""
        manners = self._manners.of(lease.platform, lease.channel)
        visit = _Visit(message, history, lease, manners.phrases)
        if message.command is not None:
            return self._obey(visit)
        return self._wished(visit) or self._asked(visit, manners, show)

    def apologise(self, message: PendingMessage, lease: Lease, error: Exception) -> Answer:
        """What the customer gets when no answer can be had."""
        manners = self._manners.of(lease.platform, lease.channel)
        phrases = manners.phrases
        scope = manners.scope(lease.knowledge_set)
        answer = self._answerer.apologise(message, scope, error, phrases=phrases)
        return replace(answer, buttons=self._buttons(lease, phrases, answer.decision), is_silent=message.is_overheard)

    def _obey(self, visit: _Visit) -> Answer:
        phrases = visit.phrases
        match visit.message.command:
            case "forget":
                return _said(phrases.forgotten, "commanded", Forget())
            case "resume":
                return _said(phrases.back, "commanded", TakeBack(self._agents_phrases().agents_over))
            case "sources":
                sources = self._past.last_sources(visit.lease)
                return Answer(phrases.sources if sources else phrases.no_sources, "commanded", sources, Trace())
            case "rated":
                return self._handed_off(visit, "rated", phrases.handed_off_rated)
            case _:
                return self._handed_off(visit, "asked", phrases.handed_off)

    def _wished(self, visit: _Visit) -> Answer | None:
        """The answer to a message that is no question; None where it is one."""
        if visit.message.is_overheard:
            return None
        if not visit.message.text.strip():
            return self._wordless(visit)
        phrases = visit.phrases
        found: Answer | None = None
        match wish_of(visit.message.text):
            case "greeting":
                found = _said(phrases.greeting, "chatted")
            case "thanks":
                found = _said(phrases.thanks, "chatted")
            case "human":
                found = self._handed_off(visit, "asked", phrases.handed_off)
            case "resume":
                found = _said(phrases.not_handed_off, "commanded")
            case "up":
                found = self._rated(visit, 1, phrases.rated_up)
            case "down":
                found = self._rated(visit, -1, phrases.rated_down)
        return found

    def _wordless(self, visit: _Visit) -> Answer:
        names = ", ".join(visit.message.attachments)
        return _said(visit.phrases.unreadable.format(names=names) if names else visit.phrases.help, "helped")

    def _asked(self, visit: _Visit, manners: ChannelManners, show: Show | None) -> Answer:
        message, phrases = visit.message, visit.phrases
        if message.is_overheard and not is_question(message.text):
            return replace(_said(phrases.unknown, "refused"), is_silent=True)
        scope = manners.scope(visit.lease.knowledge_set)
        answer = self._answerer.answer(
            message,
            visit.history,
            scope,
            phrases=phrases,
            persona=self._persona(manners.persona),
            template=template_for(manners.templates, visit.lease.conversation_id),
            verbatim=manners.verbatim,
            examples=partial(self._examples.nearest, visit.lease, scope) if self._examples else no_examples,
            show=show,
        )
        if answer.decision == "refused" and message.is_overheard:
            return replace(answer, is_silent=True)
        if answer.decision == "refused" and self._is_stuck(visit):
            handed_off = self._handed_off(visit, "refused", phrases.handed_off_unknown)
            return replace(handed_off, trace=answer.trace)
        if message.attachments:
            unseen = phrases.unseen.format(names=", ".join(message.attachments))
            answer = replace(answer, text=f"{answer.text}\n\n{unseen}")
        return replace(answer, buttons=self._buttons(visit.lease, phrases, answer.decision))

    def _is_stuck(self, visit: _Visit) -> bool:
        """Whether this refusal is one too many."""
        before = [turn.decision for turn in visit.history if turn.role == "customer"]
        needed = REFUSALS_BEFORE_HANDOFF - 1
        is_repeated = len(before) >= needed and all(decision == "refused" for decision in before[-needed:])
        return is_repeated and self._agents.serve(visit.lease.platform)

    def _handed_off(self, visit: _Visit, reason: HandoffReason, text: str) -> Answer:
        if not self._agents.serve(visit.lease.platform):
            return _said(visit.phrases.no_humans, "commanded")
        return _said(text, "handed_off", Handoff(reason, self._notice(visit, reason), self._agents_phrases().resume))

    def _rated(self, visit: _Visit, rating: Literal[1, -1], thanks: str) -> Answer:
        reply_id = self._past.last_reply(visit.lease)
        if reply_id is None:
            return _said(visit.phrases.nothing_to_rate, "chatted")
        return _said(thanks, "chatted", Rate(rating, reply_id))

    def _notice(self, visit: _Visit, reason: HandoffReason) -> str:
        """What the agents read: who needs them, what was said last, and what to do."""
        phrases = self._agents_phrases()
        headline = {"asked": phrases.agents_asked, "refused": phrases.agents_refused, "rated": phrases.agents_rated}
        name = excerpt(visit.message.author_name, 60) or "?"
        summary = [f"> {line}" for line in visit.summary()]
        return "\n\n".join(
            [headline[reason].format(name=name, platform=visit.lease.platform), "\n".join(summary), phrases.agents_how]
        )

    def _agents_phrases(self) -> Phrases:
        address = self._agents.address
        return (self._manners.at(address) if address else self._manners.of("", "")).phrases

    def _buttons(self, lease: Lease, phrases: Phrases, decision: Decision) -> tuple[Button, ...]:
        """What can be pressed below an answer of that kind."""
        names: list[ButtonName] = ["up", "down"] if decision in ("answered", "quoted") else []
        if self._agents.serve(lease.platform):
            names.append("human")
        return tuple(Button(name, getattr(phrases, name)) for name in names)


class _Visit:
    """A message with what it comes from."""

    def __init__(self, message: PendingMessage, history: Sequence[PastTurn], lease: Lease, phrases: Phrases) -> None:
        self.message = message
        self.history = history
        self.lease = lease
        self.phrases = phrases

    def summary(self) -> list[str]:
        """The last turns, a line each."""
        lines = []
        for turn in self.history[-SUMMARY_TURNS:]:
            lines += [_line(turn.author_name, turn.text), _line("🤖", turn.reply)]
        return [line for line in [*lines, _line(self.message.author_name, self.message.text)] if line]


def _line(name: str, text: str) -> str:
    return f"**{excerpt(name, 60)}**: {excerpt(text, MAX_SUMMARY_CHARS)}" if text.strip() else ""


def _said(text: str, decision: Decision, deed: Deed | None = None) -> Answer:
    return Answer(text, decision, (), Trace(), deed=deed)

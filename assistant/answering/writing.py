"""Writes the answer to a question from the chunks that passed the gate: generates, checks, and tries once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from assistant.answering import citations
from assistant.answering.drafting import Draft, Drafter
from assistant.answering.grounding import quoted
from assistant.answering.preview import GrowingText
from assistant.answering.reply_text import closed, ended_text, tidy
from assistant.answering.task import Task
from assistant.answering.thinking import spoken
from assistant.answering.tracing import chunk_ids, trace_of
from assistant.answering.verbatim import verbatim_place, verbatim_text
from assistant.checks import languages
from assistant.checks.check import Checked, checked, presentable
from assistant.checks.material import Material
from assistant.checks.signature import signed
from assistant.conversations.model import Answer, Trace
from assistant.llm.base import LanguageModel
from assistant.llm.family import served_family
from assistant.vector_store.base import RetrievedChunk
from prompts.render import prompt_version

if TYPE_CHECKING:
    from assistant.answer import AnswerPolicy


class Writer:
    """Writes answers with one model. Safe to share between threads."""

    def __init__(self, model: LanguageModel, policy: AnswerPolicy) -> None:
        self._model = model
        self._policy = policy

    def write(self, task: Task, max_distance: float) -> Answer:
        """The answer to the task, whose chunks lie within `max_distance`. Raises AssistantError."""
        place = verbatim_place(task.message.text, task.gate.chunks, max_distance) if task.is_verbatim else None
        if place is None:
            return _Writing(task, self._model, self._policy).answer()
        shown = task.gate.chunks[place : place + 1]
        trace = replace(trace_of(task.gate.chunks, task.gate, task.clock), checks={"verbatim": True})
        text = f"{closed(verbatim_text(shown[0]))} [1]"
        return _answered(task, text, shown, trace, self._policy.link_hosts)


class _Writing:
    """One task's way from prompt to answer."""

    def __init__(self, task: Task, model: LanguageModel, policy: AnswerPolicy) -> None:
        self._task = task
        self._policy = policy
        with task.clock.step("prompt"):
            self._info = model.info()
            self._family = served_family(self._info)
        self._parameters = policy.parameters(self._family, self._info)
        self._drafter = Drafter(model, task, self._family, self._parameters, policy.deadlines)
        self._materials: dict[int, Material] = {}

    def answer(self) -> Answer:
        """What was generated, as far as it stands; else the nearest passage, or that the answer is not known."""
        draft = self._draft()
        if draft.generation is None:
            return self._refusal(draft, {})
        found, told = self._checked(draft), dict[str, object]()
        fault = self._fault(draft, found)
        if fault and self._drafter.has_time:
            told["again"] = fault
            again = self._draft(
                languages.please(self._material(draft.fitted.passages_used).language) if fault == "language" else ""
            )
            if again.generation is not None:
                draft, found = again, self._checked(again)
        told |= _told(found, draft)
        if found.is_admission:
            return self._refusal(draft, told | {"admitted": True})
        shown = self._shown(draft)
        if not found.text or self._fault(draft, found):
            text, told["quoted"] = f"{quoted(shown[0].text)} [1]", True
        else:
            text = closed(found.text)
        return _answered(self._task, text, shown, self._trace(draft, told), self._policy.link_hosts)

    def _draft(self, wish: str = "") -> Draft:
        return self._drafter.draft(self._info, self._growing, wish)

    def _checked(self, draft: Draft) -> Checked:
        with self._task.clock.step("check"):
            return checked(self._text(draft), self._material(draft.fitted.passages_used))

    def _fault(self, draft: Draft, found: Checked) -> str:
        """What is so wrong with a text that it is worth another try; "" for nothing."""
        if not self._text(draft):
            return "empty"
        return "language" if languages.is_other(found.text, self._material(draft.fitted.passages_used).language) else ""

    def _text(self, draft: Draft) -> str:
        """What the model says to the customer; "" for nothing."""
        if draft.generation is None:
            return ""
        said = replace(draft.generation, text=spoken(draft.generation.text, self._task.template))
        return ended_text(said, draft.fitted.passages_used)

    def _refusal(self, draft: Draft, told: dict[str, object]) -> Answer:
        return Answer(self._task.phrases.unknown, "refused", (), self._trace(draft, told))

    def _shown(self, draft: Draft) -> tuple[RetrievedChunk, ...]:
        return self._task.gate.chunks[: draft.fitted.passages_used]

    def _material(self, passages: int) -> Material:
        """What a text that was made from so many passages is checked against."""
        if passages not in self._materials:
            shown = self._task.gate.chunks[:passages]
            self._materials[passages] = self._task.material(shown, self._family, self._policy.min_support)
        return self._materials[passages]

    def _growing(self, passages: int) -> GrowingText | None:
        """What shows the text of a generation from so many passages while it comes, as the final text will be."""
        show = self._task.show
        if show is None:
            return None
        shown = self._task.gate.chunks[:passages]
        material = self._material(passages)
        hosts, ids = _link_hosts(shown, self._policy.link_hosts), chunk_ids(shown)
        return GrowingText(
            lambda text: show(text, hosts, ids),
            lambda text: presentable(tidy(spoken(text, self._task.template), passages), material),
        )

    def _trace(self, draft: Draft, told: dict[str, object]) -> Trace:
        task = self._task
        return replace(
            trace_of(task.gate.chunks, task.gate, task.clock),
            prompt_version=prompt_version(self._family, task.template),
            prompt=draft.fitted.text,
            model_id=self._info.model_id,
            parameters=asdict(self._parameters),
            checks=told or None,
            example_ids=tuple(each.reply_id for each in task.examples[: draft.fitted.examples_used]),
        )


def _answered(
    task: Task, text: str, shown: Sequence[RetrievedChunk], trace: Trace, link_hosts: Sequence[str]
) -> Answer:
    return Answer(
        signed(text, task.persona.signature),
        "answered",
        citations.sources(text, shown),
        trace,
        link_hosts=_link_hosts(shown, link_hosts),
        chunk_ids=chunk_ids(shown),
    )


def _link_hosts(shown: Sequence[RetrievedChunk], others: Sequence[str]) -> tuple[str, ...]:
    """The hosts of the passages' documents, and those that are set."""
    return tuple(dict.fromkeys((*citations.hosts(shown), *others)))


def _told(found: Checked, draft: Draft) -> dict[str, object]:
    """What the checks did, for the trace."""
    told: dict[str, object] = {}
    if found.removed:
        told["removed"] = [{"why": why, "text": text} for why, text in found.removed]
    if draft.is_continued:
        told["continued"] = True
    return told

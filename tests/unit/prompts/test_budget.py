"""Prompts fit their window exactly, with few counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer  # type: ignore[import-untyped]

from prompts.budget import BOS_TOKENS, fit
from prompts.errors import QuestionTooLong
from prompts.model import Example, Passage, PromptContext, Turn
from prompts.render import render
from tests.unit.prompts.cases import PERSONA

_SENTENCE = "You can return any bicycle within 30 days of the purchase. "


class _Counter:
    """Counts tokens, and how often it was asked."""

    def __init__(self, count: Callable[[str], int]) -> None:
        self._count = count
        self.calls = 0

    def __call__(self, text: str) -> int:
        self.calls += 1
        return self._count(text)


@pytest.fixture
def count(llama2_tokenizer: Tokenizer) -> _Counter:
    """Counts as Llama 2 does."""
    return _Counter(lambda text: len(llama2_tokenizer.encode(text, add_special_tokens=False).ids))


def _context(turns: int = 0, passages: int = 0, sentences: int = 3) -> PromptContext:
    history = tuple(
        Turn("agent" if index % 2 else "customer", f"Turn {index}: " + _SENTENCE * (index % 4 + 1), "Mia")
        for index in range(turns)
    )
    found = tuple(Passage(f"Passage {index}. " + _SENTENCE * sentences, f"Title {index}") for index in range(passages))
    return PromptContext(PERSONA, Turn("customer", "How long can I return it?", "Mia"), history, found)


def _part(context: PromptContext, passages: int, turns: int) -> PromptContext:
    kept = context.history[len(context.history) - turns :]
    return replace(context, passages=context.passages[:passages], history=kept)


def test_what_fits_is_counted_once_and_kept_whole(count: _Counter) -> None:
    """A context that fits is the plain rendering, for one count; the count includes BOS."""
    context = _context(turns=6, passages=3)
    fitted = fit(context, "llama2", count, 4096)
    assert count.calls == 1
    assert (render("llama2", context), 3, 6) == (fitted.text, fitted.passages_used, fitted.history_used)
    assert count(fitted.text) + BOS_TOKENS == fitted.token_count


def test_the_window_is_used_to_the_last_token(count: _Counter) -> None:
    """A window of just the prompt and BOS holds it; one token less does not."""
    context = _context(turns=6, passages=3)
    exact = count(render("llama2", context)) + 1
    assert fit(context, "llama2", count, exact).history_used == 6
    assert fit(context, "llama2", count, exact - 1).history_used == 4


def test_examples_go_before_history_the_farthest_first(count: _Counter) -> None:
    """What was said, and the passages, are worth more."""
    context = _context(turns=4, passages=2)
    examples = tuple(Example(f"Example {number}?", _SENTENCE * 3) for number in range(3))
    full = replace(context, examples=examples)
    exact = count(render("llama2", full, "few_shot")) + BOS_TOKENS
    kept = [fit(full, "llama2", count, window, "few_shot") for window in (exact, exact - 1, exact - 100, exact - 400)]
    assert [fitted.examples_used for fitted in kept] == [3, 2, 1, 0]
    assert [fitted.history_used for fitted in kept[:3]] == [4, 4, 4]
    assert kept[1].text == render("llama2", replace(context, examples=examples[:2]), "few_shot")
    assert [fitted.passages_used for fitted in kept] == [2, 2, 2, 2]


@pytest.mark.parametrize("window", [512, 1024, 4096])
@pytest.mark.parametrize(("turns", "passages"), [(150, 2), (150, 0), (30, 12), (0, 60), (1, 60)])
def test_the_largest_part_that_fits_is_kept(count: _Counter, window: int, turns: int, passages: int) -> None:
    """Passages go before history; the next whole turns or the next passage would not have fitted."""
    context = _context(turns, passages)
    fitted = fit(context, "llama2", count, window)
    used, kept = fitted.passages_used, fitted.history_used
    assert render("llama2", _part(context, used, kept)) == fitted.text
    assert count(fitted.text) + 1 == fitted.token_count <= window
    if used < passages:
        assert count(render("llama2", _part(context, used + 1, 0))) + 1 > window
    if kept < turns:
        more = kept + 2 if kept % 2 == turns % 2 else kept + 1
        assert kept == 0 or more == kept + 2
        assert count(render("llama2", _part(context, used, more))) + 1 > window


@pytest.mark.parametrize("window", [512, 1024, 4096])
def test_cutting_history_takes_few_counts(count: _Counter, window: int) -> None:
    """Each count may be a round trip: a few find the place among hundreds of turns."""
    fit(_context(turns=400, passages=1), "llama2", count, window)
    assert count.calls <= 4


@pytest.mark.parametrize("window", range(330, 400, 7))
def test_a_first_passage_that_is_too_long_is_cut_at_a_sentence(count: _Counter, window: int) -> None:
    """Whole sentences of the best passage stay, as many as fit, where it would not fit by itself."""
    context = _context(turns=2, passages=2, sentences=200)
    fitted = fit(context, "llama2", count, window)
    kept = fitted.text.count(_SENTENCE.strip())
    assert fitted.passages_used == 1
    assert f"\nPassage 0. {(_SENTENCE * kept).strip()}\n\nCustomer question:" in fitted.text
    longer = replace(context, history=(), passages=(Passage("Passage 0. " + _SENTENCE * (kept + 1), "Title 0"),))
    assert fitted.token_count <= window < count(render("llama2", longer)) + 1


def test_a_first_passage_without_a_sentence_that_fits_is_left_out(count: _Counter) -> None:
    """A passage is not cut in the middle of a sentence; the room goes to the history."""
    context = replace(_context(turns=2), passages=(Passage("word " * 3000, "Title"),))
    fitted = fit(context, "llama2", count, 512)
    assert (fitted.passages_used, fitted.history_used) == (0, 2)
    assert "Passages: none." in fitted.text


def test_chinese_is_cut_at_a_sentence(count: _Counter) -> None:
    """Sentences end without a space after them in Chinese."""
    context = replace(_context(), passages=(Passage("自行车可以在三十天内退货。" * 200, "退货"),))
    fitted = fit(context, "llama2", count, 512)
    assert fitted.passages_used == 1
    assert "退货。\n\nCustomer question:" in fitted.text


def test_a_question_that_does_not_fit_is_told_with_the_limit(count: _Counter) -> None:
    """System text and question are never cut: the error tells what they need and what there is."""
    context = replace(_context(4, 2), question=Turn("customer", "bicycle " * 600))
    with pytest.raises(QuestionTooLong, match=r"take \d{3,4} tokens, of at most 512"):
        fit(context, "llama2", count, 512)
    with pytest.raises(QuestionTooLong, match="of at most 512"):
        fit(replace(context, passages=()), "llama2", count, 512)


def test_no_room_is_left_when_a_later_passage_does_not_fit(count: _Counter) -> None:
    """Turns take the room that a long second passage could not use."""
    context = replace(_context(turns=2), passages=(Passage("Short.", "A"), Passage(_SENTENCE * 500, "B")))
    fitted = fit(context, "llama2", count, 1024)
    assert (fitted.passages_used, fitted.history_used) == (1, 2)


_turns = st.builds(
    Turn, st.sampled_from(["customer", "agent"]), st.text(max_size=60), st.sampled_from(["", "Mia", "Bo"])
)
_passages = st.builds(Passage, st.text(alphabet=st.sampled_from("ab .\n。"), max_size=80), st.text(max_size=10))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_turns, max_size=12).map(tuple),
    st.lists(_passages, max_size=5).map(tuple),
    st.integers(0, 1300),
    st.sampled_from(["llama2", "chatml"]),
    st.sampled_from([len, lambda text: len(text.split()), lambda text: (len(text) * 7919) % 900]),
)
def test_no_prompt_is_over_its_window(
    history: tuple[Turn, ...], passages: tuple[Passage, ...], window: int, family: str, count: Callable[[str], int]
) -> None:
    """Whatever the texts and however tokens are counted, even by no sensible rule, the result fits or is refused."""
    context = PromptContext(PERSONA, Turn("customer", "Why?"), history, passages)
    try:
        fitted = fit(context, family, count, window)
    except QuestionTooLong:
        return
    assert count(fitted.text) + BOS_TOKENS == fitted.token_count <= window
    assert "Why?" in fitted.text

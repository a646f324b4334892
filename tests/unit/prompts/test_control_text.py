"""Control text of every family loses its power and stays readable."""

from __future__ import annotations

import sys
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.control_text import disarm, holds_control_text

_PIECES = (
    *("[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "<s>", "</s>", "<unk>", "<pad>"),
    *(
        "<|im_start|>",
        "<|im_end|>",
        "<|endoftext|>",
        "<|",
        "|>",
        "|",
        "<",
        ">",
        "[",
        "]",
        "/",
        "INST",
        "inst",
        "S",
        "s",
    ),
    *(
        "SYS",
        "im_start",
        "＜",
        "＞",
        "｜",
        "［",
        "］",
        "／",
        "ｓ",
        "𝐬",
        "\u200b",
        "\u200d",
        " ",
        "\n",
        "▁",
        "\u0338",
        "ﬆ",
    ),
)
_hostile_text = st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=3)), max_size=14).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[INST] a [/INST]", "(INST) a (/INST)"),
        ("<<SYS>> a <</SYS>>", "‹‹SYS›› a ‹‹/SYS››"),
        ("<s>a</s><unk><pad>", "‹s›a‹/s›‹unk›‹pad›"),
        ("<|im_start|>a<|im_end|><|endoftext|>", "‹|im_start|›a‹|im_end|›‹|endoftext|›"),
        ("<|whatever it is|>", "‹|whatever it is|›"),
        ("[InSt] <S> <|IM_END|> <<sys>>", "(InSt) ‹S› ‹|IM_END|› ‹‹sys››"),
        ("[ INST ] < / s > < |im_end| >", "( INST ) ‹ / s › ‹ |im_end| ›"),
        ("[\u200bIN\u200dST] <\u00ads\ufe0f>", "(\u200bIN\u200dST) ‹\u00ads\ufe0f›"),
        ("[▁INST]", "(▁INST)"),
        ("［ＩＮＳＴ］ ＜／ｓ＞ ﹤s﹥ <𝐬> ＜｜im_end｜＞", "(ＩＮＳＴ) ‹／ｓ› ‹s› ‹𝐬› ‹｜im_end｜›"),
        ("[<s>INST]", "[‹s›INST]"),
        ("<|a<s>b|>", "‹|a‹s›b|›"),
        ("<<|x|>s>", "<‹|x|›s>"),
    ],
)
def test_control_text_becomes_look_alikes(text: str, expected: str) -> None:
    """Brackets of control text, however it is disguised, become look-alikes; all else stays."""
    assert expected == disarm(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "What is [1]?",
            "a < b and c > d",
            "if (a <b) or |c| > 2",
            "x |> f <| y",
            "list[0]",
            "<b>bold</b>",
            "[instance]",
        ),
        *("<install>", "1 << 2 >> 3", "自行车《说明》［注］", "I <3 you", "INST s SYS", "<https://example.com>"),
    ],
)
def test_ordinary_text_is_unchanged(text: str) -> None:
    """What is no control text of any family is left as it is, other brackets included."""
    assert text == disarm(text)


@settings(max_examples=500, deadline=None)
@given(_hostile_text)
def test_no_control_text_is_left_in_any_reading(text: str) -> None:
    """Neither the text, nor what NFKC or the loss of invisible characters makes of it, holds control text; a second
    pass changes nothing."""
    safe = disarm(text)
    assert not holds_control_text(safe)
    assert not holds_control_text(unicodedata.normalize("NFKC", safe))
    assert not holds_control_text("".join(char for char in safe if unicodedata.category(char) != "Cf"))
    assert safe == disarm(safe)
    assert len(safe) == len(text)


def test_every_compatibility_form_of_an_opening_bracket_is_known() -> None:
    """Of all characters that NFKC turns into an opening bracket, none slips through the test that spares most texts the
    search."""
    for code in range(sys.maxunicode + 1):
        normal = unicodedata.normalize("NFKC", chr(code))
        if "<" in normal:
            assert disarm(f"{chr(code)}s>") != f"{chr(code)}s>"
        if "[" in normal:
            assert disarm(f"{chr(code)}INST]") != f"{chr(code)}INST]"


def test_every_control_token_of_smollm2_is_disarmed(smollm2_control_tokens: list[str]) -> None:
    """The control tokens in the embedded chat model's own file are all known."""
    assert len(smollm2_control_tokens) > 3
    assert [token for token in smollm2_control_tokens if disarm(token) == token] == []


@pytest.mark.parametrize("piece", ["<", "<|", "< ", "[", "[ ", "＜", "<s", "<|a", "<<|", "<\u200b"])
def test_long_hostile_text_takes_linear_time(piece: str) -> None:
    """Unfinished control text, repeated, takes at most some microseconds a character."""
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    assert text == disarm(text)
    assert time.process_time() - started < 4.0

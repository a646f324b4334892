"""Which columns of a table hold questions and answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.errors import DocumentUnreadable, shown
from ingest.loaders.options import ReadingHints


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words for questions and for what answers them, the plainest pair first: a table with `title, body, question, answer`
# means the latter. English, German, Spanish, Portuguese, Italian, French, Dutch, Swedish, Polish, Russian, Chinese,
# Japanese, Korean; then what exports of help desks, forums and training sets call them.
_FAMILIES = (
    (
        _words(
            "question questions q frage fragen pregunta pergunta domanda vraag fråga pytanie вопрос 问题 問題 问 問"
            " 质问 質問 질문 query faq utterance"
        ),
        _words(
            "answer answers a antwort antworten respuesta resposta risposta réponse reponse antwoord svar odpowiedź"
            " ответ 答案 回答 答 答え 解答 回复 답변 response reply"
        ),
    ),
    (_words("prompt instruction input"), _words("response completion output answer")),
    (_words("title subject titel título titre 标题"), _words("body content text description details 内容")),
)
# "Question ID" holds no questions.
_ABOUT = _words("id ids nr no number date time type category url link count author status language lang tag tags")
_CJK_ABOUT = ("编号", "类型", "时间", "分类", "标签")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
# A longer "name", or one that asks, is a row.
MAX_NAME_WORDS = 4
_BRACKETS = re.compile(r"[(\[{（【].*?[)\]}）】]")
_WORDS = re.compile(r"[^\W\d_]+")
MAX_COLUMNS_NAMED = 20


@dataclass(frozen=True, slots=True)
class Columns:
    """The places of the two columns, from 0."""

    question: int
    answer: int


def named_columns(uri: str, header: Sequence[str], hints: ReadingHints) -> Columns | None:
    """The columns that the hints name, else those whose names mean questions and answers; None where there are none.

    Raises DocumentUnreadable where a column that a hint names is missing.
    """
    names = [_simple(name) for name in header]
    wanted_question = _place(uri, header, hints.question_column)
    wanted_answer = _place(uri, header, hints.answer_column)
    for questions, answers in _FAMILIES:
        question = wanted_question if wanted_question is not None else _best(names, questions, "", wanted_answer)
        if question is None:
            continue
        answer = wanted_answer
        if answer is None:
            answer = _best(names, answers, _decoration(header[question]), question)
        if answer is not None:
            return Columns(question, answer)
    return None


def columns_told(header: Sequence[str]) -> str:
    """The names, for a message."""
    names = [shown(" ".join(name.split())[:40]) for name in header if name.strip()]
    more = ", …" if len(names) > MAX_COLUMNS_NAMED else ""
    return (", ".join(names[:MAX_COLUMNS_NAMED]) + more) or "none"


def _place(uri: str, header: Sequence[str], wanted: str) -> int | None:
    """Where the named column is; None where none is named."""
    if not wanted.strip():
        return None
    names = [name.strip().casefold() for name in header]
    if (name := wanted.strip().casefold()) in names:
        return names.index(name)
    raise DocumentUnreadable(f"{shown(uri)} has no column '{shown(wanted)}': name one of {columns_told(header)}")


def _best(
    names: Sequence[tuple[tuple[str, ...], str]], meant: frozenset[str], decoration: str, taken: int | None
) -> int | None:
    """The first column whose name is one of the words alone, preferring `decoration`; else the first that holds one."""
    free = [place for place in range(len(names)) if place != taken]
    exact = [place for place in free if len(names[place][0]) == 1 and names[place][0][0] in meant]
    found = exact or [place for place in free if _holds(names[place][0], meant)]
    alike = [place for place in found if decoration and names[place][1] == decoration]
    return next(iter([*alike, *found]), None)


def _holds(words: tuple[str, ...], meant: frozenset[str]) -> bool:
    """Whether one of several words is meant; Chinese and its neighbours write no blanks between theirs."""
    if (
        len(words) > MAX_NAME_WORDS
        or not _ABOUT.isdisjoint(words)
        or any(about in w for w in words for about in _CJK_ABOUT)
    ):
        return False
    if any(word in meant and len(word) > 1 for word in words):
        return True
    return any(word in name for name in words for word in meant if _CJK.fullmatch(word))


def _simple(name: str) -> tuple[tuple[str, ...], str]:
    """The name's words in one case, and its decoration: "Question (EN)" becomes (("question",), "en")."""
    if name.strip().endswith(("?", "？")):
        return (), ""
    plain = _BRACKETS.sub(" ", name[:200])
    return tuple(_WORDS.findall(plain.casefold().replace("_", " "))), _decoration(name[:200])


def _decoration(name: str) -> str:
    return " ".join(match.strip("()[]{}（）【】 ").casefold() for match in _BRACKETS.findall(name))

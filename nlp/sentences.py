"""Sentence splitting that survives missing punctuation and missing spaces.

Rules first: end marks, line breaks, list numbers, and the endings that close a Korean sentence. Only a stretch
that stays longer than `LONG` characters is given to Kiwi, which is exact but reads about a hundred long texts a
second.
"""

import re
from dataclasses import dataclass

from nlp.morphemes import split as split_with_kiwi

LONG = 220

# An end mark with what closes around it; a full stop inside a number or an abbreviation does not end.
END_MARK = re.compile(r"(?:[.!?…。]+|[ㅠㅜ]{2,}|\^\^|;;+)[\"'”’)\]]*(?=\s|[가-힣①-⑳\"'“‘(]|$)")
LIST_NUMBER = re.compile(r"(?:(?<=\s)|^)(?:\d{1,2}[.)]|[①-⑳]|[가-하]\.)$")
# Endings that close a sentence in writing without punctuation, before a space.
CLOSING = re.compile(
    r"(?:니다|니까|세요|셔요|어요|아요|여요|해요|예요|에요|네요|군요|지요|죠|까요|나요|래요|대요|데요|거든요|십시오|십시요|"
    r"시오|랍니다|됩니다|바람|요망|주심|있음|없음|같음|했음|하였음|됨)(?=\s)"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: `text` is what stands at `start` to `end` of the cleaned text."""

    text: str
    start: int
    end: int


def split(text: str) -> tuple[Sentence, ...]:
    """The sentences of a cleaned text, in order; every character but space is in exactly one."""
    spans = [span for line in line_spans(text) for span in split_line(text, *line)]
    return tuple(Sentence(text[start:end], start, end) for start, end in spans)


def line_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each line that is not blank."""
    return [match.span() for match in re.finditer(r"[^\n]+", text) if match.group().strip()]


def split_line(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the sentences of one line."""
    line = text[start:end]
    spans = cut(line, ends(line, END_MARK))
    finer = [piece for span in spans for piece in refine(line, *span)]
    return [(start + first, start + last) for first, last in finer]


def refine(line: str, start: int, end: int) -> list[tuple[int, int]]:
    """A stretch without end marks, cut at closing endings, and by Kiwi where that leaves it too long."""
    if end - start <= LONG // 4:
        return [(start, end)]
    piece = line[start:end]
    pieces = cut(piece, ends(piece, CLOSING))
    spans: list[tuple[int, int]] = []
    for first, last in pieces:
        inner = [(first, last)]
        if last - first > LONG:
            inner = [(first + a, first + b) for a, b in split_with_kiwi(piece[first:last])]
        spans += [(start + a, start + b) for a, b in inner]
    return spans


def ends(text: str, pattern: re.Pattern[str]) -> list[int]:
    """Where `pattern` ends a sentence; a number of a list ends none."""
    found = []
    for match in pattern.finditer(text):
        numbered = match.group()[0] == "." and LIST_NUMBER.search(text, max(0, match.start() - 4), match.start() + 1)
        digits = text[match.start() - 1 : match.start()].isdigit() and text[match.end() : match.end() + 1].isdigit()
        if not numbered and not digits:
            found.append(match.end())
    return found


def cut(text: str, at: list[int]) -> list[tuple[int, int]]:
    """Spans between the cuts, without surrounding space; blank ones fall out."""
    spans = []
    for start, end in zip([0, *at], [*at, len(text)], strict=True):
        piece = text[start:end]
        first = start + len(piece) - len(piece.lstrip())
        last = start + len(piece.rstrip())
        if first < last:
            spans.append((first, last))
    return spans

"""Cleaning: Unicode and spacing repair; markup, quoted mail and form boilerplate out; courtesy recognised."""

import html
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import ftfy

TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
BREAKING_TAG = re.compile(r"<(?:br|/p|/div|/tr|/li)\b[^<>]{0,300}>", re.IGNORECASE)
DROPPED_ELEMENT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
INVISIBLE = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000\u3164\uffa0]+")
REPEATED = re.compile(r"(.)\1{7,}", re.DOTALL)
MOJIBAKE = re.compile(r"[ÃÂìëêíð][\u0080-\u00bf\u2018-\u201e]")


@dataclass(frozen=True, slots=True)
class Phrases:
    """The compiled patterns of `nlp/data/phrases.toml`."""

    boilerplate: re.Pattern[str]
    labels: re.Pattern[str]
    quote: re.Pattern[str]
    courtesy: re.Pattern[str]


@cache
def phrases() -> Phrases:
    """The phrase patterns, read once."""
    rows = tomllib.loads(files("nlp").joinpath("data/phrases.toml").read_text(encoding="utf-8"))
    return Phrases(**{name: re.compile("|".join(rows[name])) for name in Phrases.__slots__})


def clean(text: str) -> str:
    """The text as its writer meant it: repaired, without markup, quoted mail or form lines.

    Line breaks are kept, single; other runs of space become one. Never longer than what came in by more than
    what Unicode composition needs.
    """
    if MOJIBAKE.search(text):
        text = ftfy.fix_encoding(text)
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if "<" in text or "&" in text:
        text = DROPPED_ELEMENT.sub(" ", html.unescape(text))
        text = TAG.sub(" ", BREAKING_TAG.sub("\n", text))
    text = SPACES.sub(" ", INVISIBLE.sub("", text))
    text = REPEATED.sub(lambda run: run.group(1) * 3, text)
    return "\n".join(line for line in body_lines(text) if line)


def body_lines(text: str) -> list[str]:
    """The lines that are the writer's own, stripped: no quoted mail, no form lines, no form labels."""
    known = phrases()
    lines: list[str] = []
    for line in text.split("\n"):
        if lines and known.quote.match(line):
            break
        if not line.lstrip().startswith(">") and not known.boilerplate.match(line):
            lines.append(known.labels.sub("", line).strip())
    return lines


def is_courtesy(sentence: str) -> bool:
    """True for a sentence that only greets, thanks or signs."""
    return len(sentence) <= 60 and phrases().courtesy.match(sentence.strip()) is not None

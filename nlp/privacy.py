"""Privacy: masks personal data in Korean text.

`ko-pii` (MIT, rules and checksums, no model) finds numbers of residents, foreigners, passports, licences, phones,
accounts and cards, e-mail addresses and plates. Names in introductions and signatures and detailed addresses are
ours: its detectors for those take district names for people and miss most flats (docs/privacy.md has the table).
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ko_pii import detect_all

LABELS = {
    "RRN": "주민등록번호",
    "FRN": "외국인등록번호",
    "PASSPORT": "여권번호",
    "DRIVER_LICENSE": "면허번호",
    "PHONE": "전화번호",
    "EMAIL": "전자우편",
    "VEHICLE": "차량번호",
    "ACCOUNT": "계좌번호",
    "CARD": "카드번호",
}
MAY_HOLD_NUMBERS = re.compile(r"\d[\d\-.\s가-힣]*\d|@")
ANONYMISED = re.compile(r"▲+|[△○◯●□■◇◆☆★]{2,}|(?<=[가-힣\s])[*＊OoXx]{2,}(?=[가-힣\s])")


@dataclass(frozen=True, slots=True)
class Masking:
    """The masked text, and the kinds of personal data that stood in it, each once, in order."""

    text: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What to look for, the group that is masked, and the word that stands there instead."""

    kind: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """Our own rules of `nlp/data/privacy.toml`, and words that look like names and are none."""

    rules: tuple[Rule, ...]
    not_names: frozenset[str]


@cache
def rules() -> Rules:
    """The rules, read and compiled once."""
    data = tomllib.loads(files("nlp").joinpath("data/privacy.toml").read_text(encoding="utf-8"))
    names = f"(?:{data['double_surnames']}|[{data['surnames']}])"
    compiled = tuple(
        Rule(row["kind"], re.compile(row["pattern"].replace("SURNAME", names), re.MULTILINE)) for row in data["rule"]
    )
    return Rules(compiled, frozenset(data["not_names"]))


def mask(text: str) -> Masking:
    """Replace personal data by its kind in brackets, `[전화번호]`; marks of an earlier masking become `○○`."""
    text = ANONYMISED.sub("○○", text)
    spans = sorted({*numbers(text), *worded(text)}, key=lambda span: (span[0], -span[1]))
    parts, kinds, at = [], [], 0
    for start, end, kind in spans:
        if start < at:
            continue
        parts += [text[at:start], f"[{kind}]"]
        kinds.append(kind)
        at = end
    return Masking("".join([*parts, text[at:]]), tuple(dict.fromkeys(kinds)))


def numbers(text: str) -> list[tuple[int, int, str]]:
    """Spans of what `ko-pii` finds, looked for only where the text holds digits or an at sign."""
    if not MAY_HOLD_NUMBERS.search(text):
        return []
    return [(found.start, found.end, LABELS[found.label]) for found in detect_all(text, include=list(LABELS))]


def worded(text: str) -> list[tuple[int, int, str]]:
    """Spans of what our own rules find: in each, the groups of the pattern, or all of it where it has none."""
    known = rules()
    spans = []
    for rule in known.rules:
        for match in rule.pattern.finditer(text):
            group = match.lastindex or 0
            if match.group(group) not in known.not_names:
                spans.append((*match.span(group), rule.kind))
    return spans

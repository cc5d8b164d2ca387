"""Mentions: places, facilities and bodies that a text names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# What may follow a name in Korean: a particle, another word, or nothing.
AFTER = (
    r"(?=에서|에게|에|으로|로|은|는|이|가|을|를|과|와|의|도|만|랑|하고|한테|께|님|담당|직원|팀|전화|연결|번호|쪽|측|"
    r"[^가-힣]|$)"
)
FACILITY = re.compile(
    r"(?<![가-힣])[가-힣0-9]{1,12}(?:초등학교|중학교|고등학교|초교|대학교|유치원|어린이집|공원|도서관|체육관|수영장|시장|"
    r"아파트|정류장|사거리|삼거리|오거리|교차로|주차장|놀이터|경로당|복지관|보건소|병원|육교|대교|터널|지하차도|산책로|"
    r"등산로|광장|역|천|교회|마트)(?=[에의을를은는이가도와과로앞옆뒤\s,.!?)]|$)"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing named in the text: `kind` is `facility` or what the lexicon says; `key` is the lexicon's id."""

    kind: str
    key: str
    text: str
    start: int


@cache
def municipalities() -> tuple[str, ...]:
    """The cities (시) and counties (군) of Korea by name. Districts (구) are left out: many share a name."""
    return tuple(files("nlp").joinpath("data/municipalities.txt").read_text(encoding="utf-8").split())


class Lexicon:
    """Names to look for, each with a kind and a key, found longest first and only as whole words."""

    def __init__(self, names: Mapping[str, tuple[str, str]]) -> None:
        """`names` gives for each name its (kind, key)."""
        self.names = dict(names)
        ordered = sorted(self.names, key=lambda name: (-len(name), name))
        joined = "|".join(re.escape(name) for name in ordered) or r"(?!)"
        self.pattern = re.compile(f"(?:{joined}){AFTER}")

    def find(self, text: str) -> tuple[Mention, ...]:
        """What the text names, in order: the lexicon's names, and facilities by the form of their names."""
        named = [Mention(*self.names[hit.group()], hit.group(), hit.start()) for hit in self.hits(text)]
        taken = {position for one in named for position in range(one.start, one.start + len(one.text))}
        places = [
            Mention("facility", "", hit.group(), hit.start())
            for hit in FACILITY.finditer(text)
            if hit.start() not in taken and hit.end() - 1 not in taken
        ]
        return tuple(sorted([*named, *places], key=lambda one: one.start))

    def hits(self, text: str) -> Iterable[re.Match[str]]:
        """Matches of the names; a short one (two syllables) and a city's must not continue a word (보여주시는)."""
        for hit in self.pattern.finditer(text):
            inside = hit.start() > 0 and "가" <= text[hit.start() - 1] <= "힣"
            wary = len(hit.group()) < 3 or self.names[hit.group()][0] == "municipality"
            if not (inside and wary):
                yield hit

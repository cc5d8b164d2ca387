"""Sheets for corpus authors: which duties to write of, in which form, length, voice and kind, drawn from a mix.

An author who chooses freely repeats himself and writes what complaints are thought to be. A sheet draws the hard
parts from the registers of real complaints (`training/data/mix.toml`), and gives scarce duties first.
"""

import random
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from models.orgchart import OrgChart
from training.examples import Example

SYLLABLES = (
    "가나다라마바사아자차하고노도로모보소오조초호구누두루무부수우주추후강난당란만반산안장"
    "천한곡녹독록목복속옥족축혹건넌던런먼번선언전청현은들름문분순운준춘훈길림민빈신인진친"
)


@cache
def mix() -> Mapping[str, Any]:
    """The mix of `training/data/mix.toml`."""
    held: Mapping[str, Any] = tomllib.loads(files("training").joinpath("data/mix.toml").read_text(encoding="utf-8"))
    return held


def draw(chance: random.Random, rows: Sequence[Sequence[Any]]) -> Any:  # noqa: ANN401 - a value of a TOML file
    """One row's value by its share; a row of two numbers more gives a pair."""
    row = chance.choices(rows, [one[0] for one in rows])[0]
    return row[1] if len(row) == 2 else tuple(row[1:])


def wanted_duties(chart: OrgChart, written: Sequence[Example], least: int, count: int, seed: int) -> list[str]:
    """`count` duties to write of: those below `least` first, then by how often citizens write of them."""
    chance = random.Random(seed)
    have = Counter(carried.duty for one in written for carried in one.duties)
    have.update(one.lead for one in written if one.lead.startswith("none."))
    scarce = [duty for duty in chart.duties for _ in range(least - have[duty])]
    chance.shuffle(scarce)
    frequency = mix()["frequency"]
    weights = [frequency.get(duty, frequency["rest"]) for duty in chart.duties]
    rest = chance.choices(list(chart.duties), weights, k=max(0, count - len(scarce)))
    chosen = [*scarce, *rest][:count]
    chance.shuffle(chosen)
    return chosen


def sheet(author: str, split: str, duties: Sequence[str], seed: int) -> str:
    """One author's sheet: names to build places from, then a slot for each duty."""
    chance = random.Random(f"{seed}/{author}")
    names = ", ".join("".join(chance.sample(SYLLABLES, 2)) for _ in range(24))
    slots = [slot(number, duty, split, chance) for number, duty in enumerate(duties, 1)]
    return f"author: {author}\n지명으로 쓸 말(이것으로만 동·로·역·단지 이름을 짓는다): {names}\n\n" + "\n".join(slots)


def slot(number: int, duty: str, split: str, chance: random.Random) -> str:
    """One slot of a sheet."""
    rows = mix()
    form = draw(chance, rows["forms"][split])
    low, high = draw(chance, rows["lengths"][form])
    parts = [
        f"=== {number}",
        f"업무: {duty}",
        f"꼴: {form} {low}-{high}자",
        f"종류: {draw(chance, rows['kinds'][form])}",
    ]
    if split == "several":
        case = "true" if number % 2 else "false"
        parts.append(f"{'여러 곳' if case == 'true' else '한 곳(함정)'}: {draw(chance, rows['several'][case])}")
    if form == "long":
        writers = rows["writers"]
        parts += [
            f"난이도 후보: {draw(chance, rows['levels']['long'])}",
            f"글쓴이: {chance.choice(writers['who'])}, {chance.choice(writers['mood'])}",
            f"시작: {draw(chance, writers['opening'])}",
            f"끝: {draw(chance, writers['ending'])}",
        ]
        if spice := draw(chance, writers["spice"]):
            parts.append(f"양념: {spice}")
    return " | ".join(parts)

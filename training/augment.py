"""Augmentation: noise as citizens and exports make it, and two complaints in one letter.

Applied to training texts only. The labels stay true: passages are found again through their letters alone, and a
joined pair carries the duties of both.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from models.orgchart import OrgChart
from training.examples import Carried, Example

PLACE = re.compile(
    r"[가-힣]{2,6}(?=(?:동|로|길|역|초등학교|초|아파트|공원|천|시장|마을|사거리|고개|빌라|중학교)(?:[\s,.에은는이을의과와도앞옆]|$))"
)
END = re.compile(r"(?<=[가-힣])[.,!]+(?=\s|$)")
MASKS = ("○○", "○○○")
JOINERS = ("그리고 ", "또한 ", "아울러 ", "추가로 ", "하나 더 말씀드리면 ", "")
JOINABLE = 420


def flatten(example: Example, chance: random.Random) -> Example:
    """The title run into the body, and line breaks lost, as many exports do."""
    body = example.body.replace("\n", " ")
    if not example.title:
        return replace(example, body=body)
    return replace(example, title="", body=f"{example.title}{chance.choice((' ', '. ', ' '))}{body}")


def anonymise(example: Example, chance: random.Random) -> Example:
    """Place names masked, as texts look that were anonymised before."""
    mark = chance.choice(MASKS)
    return substitute(example, lambda text: PLACE.sub(mark, text))


def unpunctuate(example: Example, chance: random.Random) -> Example:
    """End marks lost, some or all."""
    share = chance.choice((0.5, 1.0))
    seeds = random.Random(chance.random())
    return substitute(
        example, lambda text: END.sub(lambda m: "" if seeds.random() < share else m.group(), text), body_only=True
    )


def misspace(example: Example, chance: random.Random) -> Example:
    """Some spaces lost."""
    share = chance.choice((0.08, 0.2))
    return replace(example, body="".join(c for c in example.body if c != " " or chance.random() >= share))


def substitute(example: Example, change: "object", body_only: bool = False) -> Example:
    """The same change to the text and to the passages that are looked for in it."""
    assert callable(change)
    duties = tuple(Carried(one.duty, tuple(change(words) for words in one.evidence)) for one in example.duties)
    if body_only:
        return replace(example, body=change(example.body))
    return replace(example, title=change(example.title), body=change(example.body), duties=duties)


def disturb(example: Example, seed: int) -> Example:
    """One example with the noise that a seed draws; often with none."""
    chance = random.Random(f"{seed}/{example.id}")
    for share, noise in ((0.5, flatten), (0.35, anonymise), (0.12, unpunctuate), (0.12, misspace)):
        if chance.random() < share:
            example = noise(example, chance)
    return example


def join(one: Example, other: Example, chart: OrgChart, chance: random.Random) -> Example:
    """Two complaints as one letter: the first leads, all duties are asked for, complexity by the offices' rule."""
    duties = {carried.duty: carried for carried in (*one.duties, *other.duties)}
    offices = [chart.office_of(duty) for duty in duties]
    bodies = {office.body for office in offices}
    floor = 4 if len(bodies) > 1 else 3 if len({office.id for office in offices}) > 1 else 1
    return replace(
        one,
        id=f"{one.id}+{other.id}",
        body=f"{one.body} {chance.choice(JOINERS)}{other.body}",
        duties=tuple(duties.values()),
        complexity=max(one.complexity, other.complexity, floor),
        flags=one.flags | other.flags,
    )


def joined_pairs(examples: Sequence[Example], chart: OrgChart, count: int, seed: int) -> list[Example]:
    """`count` pairs of short complaints of different offices, one letter each."""
    chance = random.Random(seed)
    short = [one for one in examples if len(one.body) <= JOINABLE and not one.lead.startswith("none.")]
    pairs: list[Example] = []
    while len(pairs) < count and len(short) > 1:
        one, other = chance.sample(short, 2)
        if chart.office_of(one.lead).id != chart.office_of(other.lead).id:
            pairs.append(join(one, other, chart, chance))
    return pairs


def described(chart: OrgChart) -> list[Example]:
    """Each duty's name, and each thing its definition lists, as a caller's few words: short examples of the lead."""
    made = []
    for duty in chart.duties.values():
        if duty.id.startswith("none."):
            continue
        phrases = [duty.name, *(part.strip() for part in duty.definition.split(","))]
        for number, phrase in enumerate(phrases):
            body = phrase if number % 2 else f"{phrase} 문의"
            made.append(
                Example(
                    id=f"table-{duty.id}-{number}",
                    author="table",
                    channel="phone",
                    title="",
                    body=body,
                    duties=(Carried(duty.id, (body,)),),
                    lead=duty.id,
                    also_lead=(),
                    complexity=1,
                    kind="inquiry_procedure",
                    flags={},
                )
            )
    return made

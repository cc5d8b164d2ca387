"""Asides: a sentence or two of one complaint inside another, as something asked by the way or only told.

A request of another office makes a case of several offices, however short it is; a piece of another story makes
nothing (docs/labels.md). A model that sees both has to tell asking from telling.
"""

import random
from collections.abc import Sequence
from dataclasses import replace

from models.orgchart import OrgChart
from nlp.reading import read_one
from nlp.sentences import split
from training.collate import carrying
from training.examples import Carried, Example

SHORT = 140  # letters of a request that may pass as an aside
TOLD = 2  # sentences of another story, at most
LEAST = 12  # letters of a sentence worth telling
ALONE = ("none.", "agency.other_city")


def asides(examples: Sequence[Example], chart: OrgChart, count: int, seed: int) -> list[Example]:
    """`count` texts with an aside of another office, in turn asked and told; fewer when nothing can be taken."""
    chance = random.Random(f"aside/{seed}")
    hosts = [one for one in examples if one.duties and not one.lead.startswith(ALONE)]
    askers = [one for one in hosts if askable(one)]
    made: list[Example] = []
    while len(askers) > 1 and len(made) < count:
        host, other = chance.choice(hosts), chance.choice(askers)
        if chart.office_of(other.lead).id in {chart.office_of(one.duty).id for one in host.duties}:
            continue
        words = [] if len(made) % 2 == 0 else told(other)
        if words:
            made.append(with_story(host, words, chance))
        else:
            made.append(with_request(host, other, chart, chance))
    return made


def askable(example: Example) -> bool:
    """One duty, asked for in few words."""
    return len(example.duties) == 1 and 0 < len(" ".join(example.duties[0].evidence)) <= SHORT


def told(example: Example) -> list[str]:
    """The sentences of a text that carry no request: no title, no courtesy, nothing too short."""
    reading = read_one(example.complaint)
    carried = set(carrying(reading, example.duties[0].evidence)) | ({0} if reading.titled else set())
    return [
        one.text
        for at, one in enumerate(reading.sentences)
        if at not in carried and not reading.courtesies[at] and len(one.text) >= LEAST
    ]


def with_request(host: Example, other: Example, chart: OrgChart, chance: random.Random) -> Example:
    """The host with the other's request put in: one duty more, as hard as the offices make it."""
    asked = other.duties[0]
    duties = (*host.duties, Carried(asked.duty, asked.evidence))
    bodies = {chart.office_of(one.duty).body for one in duties}
    return replace(
        put_in(host, " ".join(asked.evidence), chance),
        id=f"{host.id}+asks+{other.id}",
        duties=duties,
        complexity=max(host.complexity, 4 if len(bodies) > 1 else 3),
    )


def with_story(host: Example, words: Sequence[str], chance: random.Random) -> Example:
    """The host with a sentence or two of another story put in; its labels stay."""
    first = chance.randrange(len(words))
    piece = " ".join(words[first : first + chance.randint(1, TOLD)])
    return replace(put_in(host, piece, chance), id=f"{host.id}+tells")


def put_in(host: Example, words: str, chance: random.Random) -> Example:
    """The host with some words between two sentences of its body, or at either end; no marked passage is torn."""
    body = host.body
    marked = [(body.find(words), len(words)) for one in host.duties for words in one.evidence]
    ends = [0, *(one.end for one in split(body))]
    whole = [at for at in ends if not any(start < at < start + length for start, length in marked if start >= 0)]
    at = chance.choice(whole) if whole else len(body)
    return replace(host, body=f"{body[:at].rstrip()} {words} {body[at:].lstrip()}".strip())

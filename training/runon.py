"""Run-on sentences: a reading whose neighbouring sentences are taken together, as citizens chain them.

A sentence of a real letter holds 53 letters on average, one of our authors' 29: a citizen tells and asks in one breath.
Heads that read sentences have to find a request that a story surrounds.
"""

import random
from dataclasses import replace
from itertools import pairwise

from nlp.reading import Reading
from nlp.sentences import Sentence

LONGEST = 160  # letters of sentences taken together
CHAINED = (0.3, 0.8)  # least and most of the neighbours that a text takes together


def run_on(reading: Reading, chance: random.Random) -> Reading:
    """The reading with a share of its neighbouring sentences taken together; title and courtesies stay alone."""
    if len(reading.sentences) < 2:
        return reading
    share = chance.uniform(*CHAINED)
    groups = [[0]]
    for before, at in pairwise(range(len(reading.sentences))):
        joined = chance.random() < share and joinable(reading, groups[-1][0], before, at)
        groups[-1].append(at) if joined else groups.append([at])
    sentences = tuple(together(reading, group[0], group[-1]) for group in groups)
    courtesies = tuple(reading.courtesies[group[0]] for group in groups)
    return replace(reading, sentences=sentences, courtesies=courtesies)


def joinable(reading: Reading, first: int, before: int, at: int) -> bool:
    """Whether a sentence may join the group that begins with the first."""
    apart = reading.courtesies[before] or reading.courtesies[at] or (reading.titled and first == 0)
    return not apart and reading.sentences[at].end - reading.sentences[first].start <= LONGEST


def together(reading: Reading, first: int, last: int) -> Sentence:
    """One sentence from the first's start to the last's end."""
    start, end = reading.sentences[first].start, reading.sentences[last].end
    return Sentence(" ".join(reading.text[start:end].split()), start, end)

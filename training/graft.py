"""Grafting: the story of one complaint with the request of another of the same duty.

Kind and complexity follow from the request, not from the story (docs/labels.md). A model that sees one story under
several requests has to read the request.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from training.examples import Carried, Example

STORY = 60  # letters that must remain of a story
SIMPLE = 2  # the highest complexity that follows from a request alone


def graftable(example: Example) -> bool:
    """One duty, evidence marked, and a level that its request alone decides."""
    return (
        len(example.duties) == 1
        and not example.flags
        and example.complexity <= SIMPLE
        and bool(example.duties[0].evidence)
        and not example.lead.startswith("none.")
    )


def story_of(example: Example) -> str:
    """The body without the passages that carry the request."""
    body = example.body
    for passage in example.duties[0].evidence:
        body = body.replace(passage, " ")
    return " ".join(body.split())


def graft(story: Example, request: Example) -> Example:
    """The story of one with the title, request and labels of the other."""
    passages = request.duties[0].evidence
    return replace(
        request,
        id=f"{story.id}+{request.id}",
        channel=story.channel,
        body=f"{story_of(story)} {' '.join(passages)}",
        duties=(Carried(request.lead, passages),),
        also_lead=tuple(dict.fromkeys((*story.also_lead, *request.also_lead))),
    )


def grafted(examples: Sequence[Example], count: int, seed: int) -> list[Example]:
    """`count` grafts, stories and requests drawn at random within each duty; fewer when nothing can be grafted."""
    chance = random.Random(f"graft/{seed}")
    by_duty: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if graftable(example):
            by_duty[example.lead].append(example)
    stories = [one for held in by_duty.values() if len(held) > 1 for one in held if len(story_of(one)) >= STORY]
    made: list[Example] = []
    while stories and len(made) < count:
        story = chance.choice(stories)
        others = [one for one in by_duty[story.lead] if one.id != story.id]
        rare = [one for one in others if one.kind != story.kind] or others
        made.append(graft(story, chance.choice(rare)))
    return made

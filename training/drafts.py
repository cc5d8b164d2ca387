"""The writing format of corpus authors, and its way into corpus records.

An author writes plain text, one record after another, and marks the sentences that carry a duty with its number:

    === 7
    duties: road.light; agency.police_crime
    lead: road.light
    also:
    level: 4
    kind: other
    flags: urgent, repeat=2
    channel: web
    title: one line, or nothing
    body:
    ... [[1:the words that carry the first duty]] ... [[1,2:the words that carry both]] ...
"""

import re
from pathlib import Path

from training.examples import Carried, Example

RECORD = re.compile(r"^=== *", re.MULTILINE)
MARK = re.compile(r"\[\[([\d,]+):(.*?)\]\]", re.DOTALL)


def read_drafts(path: Path) -> list[Example]:
    """The records of one author's draft; the file's name is the author's.

    Raises ValueError with the author, the record and what is wrong.
    """
    chunks = RECORD.split(path.read_text(encoding="utf-8"))[1:]
    return [read_draft(path.stem, chunk) for chunk in chunks]


def read_draft(author: str, chunk: str) -> Example:
    """One record of a draft."""
    head, _, body = chunk.partition("\nbody:")
    slot, *lines = head.split("\n")
    fields = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    try:
        duties = listed(fields["duties"], ";")
        return Example(
            id=f"{author}-{int(slot):03d}",
            author=author,
            channel=fields["channel"],
            title=fields["title"],
            body=MARK.sub(r"\2", body).strip(),
            duties=carried(duties, body),
            lead=fields["lead"],
            also_lead=tuple(listed(fields["also"], ";")),
            complexity=int(fields["level"]),
            kind=fields["kind"],
            flags=flags_of(fields["flags"]),
        )
    except (KeyError, ValueError) as error:
        raise ValueError(f"{author}, record {slot.strip()}: {error!r}") from error


def listed(value: str, separator: str) -> list[str]:
    """The parts of a list in one line."""
    return [part.strip() for part in value.split(separator) if part.strip()]


def flags_of(value: str) -> dict[str, int]:
    """Flags as `name: count`; a flag without a number counts 1."""
    pairs = (part.partition("=") for part in listed(value, ","))
    return {name: int(count or 1) for name, _, count in pairs}


def carried(duties: list[str], body: str) -> tuple[Carried, ...]:
    """Each duty with the passages marked for it; a short text of one duty without marks carries it whole."""
    marks = [({int(number) for number in numbers.split(",")}, words.strip()) for numbers, words in MARK.findall(body)]
    if not marks and len(duties) == 1 and not duties[0].startswith("none."):
        return (Carried(duties[0], (body.strip(),)),)
    return tuple(
        Carried(duty, tuple(words for numbers, words in marks if position in numbers))
        for position, duty in enumerate(duties, 1)
    )

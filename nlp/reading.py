"""Reading (판독 결과): what a complaint says, cleaned, masked, in sentences, with what it mentions."""

from collections.abc import Iterable
from dataclasses import dataclass

from nlp.clean import clean, is_courtesy
from nlp.complaint import Complaint
from nlp.mentions import Lexicon, Mention
from nlp.privacy import mask
from nlp.sentences import Sentence, split


@dataclass(frozen=True, slots=True)
class Reading:
    """A complaint, read. `titled` tells that the first sentence is the title; `courtesies` marks, sentence by
    sentence, what only greets, thanks or signs. `masked` names the kinds of personal data that were masked.
    """

    id: str
    text: str
    sentences: tuple[Sentence, ...]
    titled: bool
    courtesies: tuple[bool, ...]
    mentions: tuple[Mention, ...] = ()
    masked: tuple[str, ...] = ()


def read(complaints: Iterable[Complaint], lexicon: Lexicon | None = None) -> list[Reading]:
    """Read complaints; with a lexicon, find what they name."""
    return [read_one(complaint, lexicon) for complaint in complaints]


def read_one(complaint: Complaint, lexicon: Lexicon | None = None) -> Reading:
    """Clean, mask and split one complaint. A title that the body repeats at its start is not said twice."""
    title, body = clean(complaint.title).replace("\n", " "), clean(complaint.body)
    if title and body.startswith(title):
        body = body[len(title) :].lstrip(" \n.:-")
    masking = mask("\n".join(part for part in (title, body) if part))
    titled = bool(title and body)
    sentences = split(masking.text)
    return Reading(
        id=complaint.id,
        text=masking.text,
        sentences=sentences,
        titled=titled,
        courtesies=tuple(is_courtesy(sentence.text) for sentence in sentences),
        mentions=lexicon.find(masking.text) if lexicon else (),
        masked=masking.kinds,
    )

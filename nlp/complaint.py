"""Complaint (민원): what a citizen sent, as it was received."""

from dataclasses import dataclass
from datetime import datetime

from nlp.messages import say

MAX_CHARACTERS = 20_000
REPLACEMENT = "\ufffd"
MOST_BROKEN = 0.05


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint.

    `id` is the caller's own and stays text. `title` may be empty. `channel` is the caller's word for how it came.
    Raises ValueError, in words for people, for one without a letter or digit, longer than `MAX_CHARACTERS`, or
    with more than one character in twenty unreadable.
    """

    id: str
    body: str
    title: str = ""
    received_at: datetime | None = None
    channel: str = ""

    def __post_init__(self) -> None:
        text = self.title + self.body
        if not any(character.isalnum() for character in text):
            raise ValueError(say("row_broken" if REPLACEMENT in text else "row_empty"))
        if len(text) > MAX_CHARACTERS:
            raise ValueError(say("row_long", length=len(text), most=MAX_CHARACTERS))
        if text.count(REPLACEMENT) > MOST_BROKEN * len(text):
            raise ValueError(say("row_broken"))

"""Complaint (민원): what a citizen sent, as it was received."""

from dataclasses import dataclass
from datetime import datetime

MAX_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint. Refuses one without a letter or digit, or longer than `MAX_CHARACTERS`.

    `id` is the caller's own and stays text. `title` may be empty. `channel` is the caller's word for how it came.
    """

    id: str
    body: str
    title: str = ""
    received_at: datetime | None = None
    channel: str = ""

    def __post_init__(self) -> None:
        text = self.title + self.body
        if not any(character.isalnum() for character in text):
            raise ValueError("the complaint is empty: neither the title nor the body holds a letter or a digit")
        if len(text) > MAX_CHARACTERS:
            raise ValueError(
                f"the complaint is too long: {len(text):,} characters where {MAX_CHARACTERS:,} is the most; "
                "split it or leave attachments out"
            )
        broken = text.count("\ufffd")
        if broken * 20 > len(text):
            raise ValueError(
                f"the complaint's encoding is broken: {broken} characters are unreadable; "
                "save the file as UTF-8 or CP949 and try again"
            )

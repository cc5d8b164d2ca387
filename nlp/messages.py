"""Messages for the people who choose files, in Korean, kept as data."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def messages() -> dict[str, str]:
    """The sentences of `nlp/data/messages.toml`."""
    return tomllib.loads(files("nlp").joinpath("data/messages.toml").read_text(encoding="utf-8"))


def say(key: str, **words: object) -> str:
    """One message with its words filled in."""
    return messages()[key].format(**words)

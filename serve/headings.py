"""Korean words for columns and summaries, kept as data."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def words() -> dict[str, dict[str, str]]:
    """The tables of `serve/data/headings.toml`."""
    return tomllib.loads(files("serve").joinpath("data/headings.toml").read_text(encoding="utf-8"))


def summary(key: str, **filled: object) -> str:
    """One word or sentence of the summary."""
    return words()["summary"][key].format(**filled)

"""Settings of the server: rows of name, default and help, read from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from serve.errors import CommandError


@dataclass(frozen=True, slots=True)
class Row:
    """One setting: the environment variable, its default, and what it is for."""

    name: str
    default: str
    help: str


ROWS = (
    Row("MINWON_HOST", "127.0.0.1", "address to listen on"),
    Row("MINWON_PORT", "8080", "port to listen on"),
    Row("MINWON_MODEL", "", "a model folder; the shipped one when empty"),
    Row("MINWON_CONFIG", "", "a city's folder; the shipped one when empty"),
    Row("MINWON_THREADS", "0", "processor threads of the engine; all when 0"),
    Row("MINWON_DATABASE", "sqlite:///minwon.db", "the store: sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"),
    Row("MINWON_WORKERS", "1", "server processes; each holds the model (about 500 MB)"),
    Row(
        "MINWON_HTTPS", "0", "1 where browsers come over HTTPS (a reverse proxy): cookies then travel over nothing else"
    ),
    Row("MINWON_RATE", "600", "calls a minute that one API key may make, in each process; 0: no limit"),
    Row("MINWON_WAITING", "1024", "complaints that may wait; more are answered 503"),
    Row("MINWON_BATCH", "16", "complaints that the engine takes at once"),
    Row("MINWON_BODY", "8000000", "bytes of the largest request"),
    Row("MINWON_DRAIN", "30", "seconds that requests under way are given when the server stops"),
)


class SettingError(CommandError):
    """A setting cannot be used. The message names it, what it holds and what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings as values."""

    host: str
    port: int
    model: Path | None
    config: Path | None
    threads: int
    database: str
    workers: int
    https: bool
    rate: int
    waiting: int
    batch: int
    body: int
    drain: int


def read_settings(given: Mapping[str, str]) -> Settings:
    """Settings from an environment. Raises SettingError for an unknown name that begins like ours, or a bad value."""
    held = {row.name: given.get(row.name, "") or row.default for row in ROWS}
    if unknown := sorted(name for name in given if name.startswith("MINWON_") and name not in held):
        raise SettingError(f"{', '.join(unknown)}: no such setting; there are {', '.join(held)}")
    return Settings(
        host=held["MINWON_HOST"],
        port=whole("MINWON_PORT", held, 0, 65_535),
        model=Path(held["MINWON_MODEL"]) if held["MINWON_MODEL"] else None,
        config=Path(held["MINWON_CONFIG"]) if held["MINWON_CONFIG"] else None,
        threads=whole("MINWON_THREADS", held, 0, 1024),
        database=held["MINWON_DATABASE"],
        workers=whole("MINWON_WORKERS", held, 1, 64),
        https=bool(whole("MINWON_HTTPS", held, 0, 1)),
        rate=whole("MINWON_RATE", held, 0, 1_000_000),
        waiting=whole("MINWON_WAITING", held, 1, 1_000_000),
        batch=whole("MINWON_BATCH", held, 1, 256),
        body=whole("MINWON_BODY", held, 1_000, 1_000_000_000),
        drain=whole("MINWON_DRAIN", held, 0, 3_600),
    )


def whole(name: str, held: Mapping[str, str], least: int, most: int) -> int:
    """A setting as a whole number."""
    text = held[name]
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise SettingError(f"{name} is {text!r}: write a whole number from {least} to {most}")
    return int(text)

"""Settings of the server: rows of name, default and help, read from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


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
    Row("MINWON_KEYS", "", "SHA-256 of each API key, separated by commas; no key is asked for when empty"),
    Row("MINWON_WAITING", "1024", "complaints that may wait; more are answered 503"),
    Row("MINWON_BATCH", "16", "complaints that the engine takes at once"),
    Row("MINWON_BODY", "8000000", "bytes of the largest request"),
    Row("MINWON_DRAIN", "30", "seconds that requests under way are given when the server stops"),
)


class SettingError(ValueError):
    """A setting cannot be used. The message names it, what it holds and what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings as values."""

    host: str
    port: int
    model: Path | None
    config: Path | None
    threads: int
    keys: frozenset[str]
    waiting: int
    batch: int
    body: int
    drain: int


def read_settings(given: Mapping[str, str]) -> Settings:
    """Settings from an environment. Raises SettingError for an unknown name that begins like ours, or a bad value."""
    held = {row.name: given.get(row.name, "") or row.default for row in ROWS}
    if unknown := sorted(name for name in given if name.startswith("MINWON_") and name not in held):
        raise SettingError(f"{', '.join(unknown)}: no such setting; there are {', '.join(held)}")
    keys = frozenset(key.strip().lower() for key in held["MINWON_KEYS"].split(",") if key.strip())
    if any(len(key) != 64 or set(key) - set("0123456789abcdef") for key in keys):
        raise SettingError("MINWON_KEYS: each is a SHA-256 in 64 hexadecimal digits: make one with --make-key")
    return Settings(
        host=held["MINWON_HOST"],
        port=whole("MINWON_PORT", held, 0, 65_535),
        model=Path(held["MINWON_MODEL"]) if held["MINWON_MODEL"] else None,
        config=Path(held["MINWON_CONFIG"]) if held["MINWON_CONFIG"] else None,
        threads=whole("MINWON_THREADS", held, 0, 1024),
        keys=keys,
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

"""City: the rules of one city that are neither duties nor offices, from its `city.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from models.orgchart import ConfigError


@dataclass(frozen=True, slots=True)
class Kind:
    """A legal kind of complaint: its Korean name and its processing period (처리기간) in working days, None where
    the law fixes it kind by kind.
    """

    name: str
    period_days: int | None


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When the city's offices work on a working day, and the city's own days off."""

    opens: time
    lunch_from: time
    lunch_to: time
    closes: time
    closed: frozenset[date]


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of the stages in working hours: to an office, its acceptance, to another body, a support office's
    reply;
    `electronic` instead of the first three where a complaint came by one of `electronic_channels`. From `at_risk` hours
    before its end a clock is at risk.
    """

    assign: int
    accept: int
    transfer: int
    electronic: int
    electronic_channels: frozenset[str]
    task: int
    at_risk: int


@dataclass(frozen=True, slots=True)
class City:
    """One city's rules, see the comments of `config/city.toml`."""

    name: str
    kinds: Mapping[str, Kind]
    levels: Mapping[int, str]
    flags: Mapping[str, str]
    handling: Mapping[str, str]
    transfer: Mapping[str, str]
    first_time_right: float
    office_set_coverage: float
    coordinator_level: int
    consultation_level: int
    put_through_longest: int
    put_through_words: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    hours: OfficeHours
    clocks: Clocks
    assign_direct: bool
    retention: Mapping[str, int]

    def kept_days(self, kind: str) -> int:
        """For how many days after closing the words of a case of this kind are kept."""
        return self.retention.get(kind, self.retention["default"])


def standard() -> Traversable:
    """The folder of the city that comes with the package."""
    return files("config")


def load_city(folder: Traversable) -> City:
    """Read `city.toml`. Raises ConfigError naming the file, the key and what to do."""
    try:
        held = tomllib.loads(folder.joinpath("city.toml").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ConfigError(f"city.toml: not in the folder {folder}: name a city's folder with --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"city.toml: {error}: mend that line") from error
    try:
        city = build(held)
    except KeyError as error:
        raise ConfigError(f"city.toml: {error} is missing: copy it from the standard config") from error
    except (TypeError, ValueError) as error:
        raise ConfigError(f"city.toml: {error}") from error
    problems = [f"city.toml: {problem}" for problem in check(city)]
    if problems:
        raise ConfigError("\n".join(problems))
    return city


def build(held: Mapping[str, dict[str, dict[str, object]]]) -> City:
    """The rules as typed values."""
    router, put = held["router"], held["put_through"]
    return City(
        name=str(held["name"]),
        kinds={key: Kind(str(row["name"]), whole(key, row.get("period_days"))) for key, row in held["kinds"].items()},
        levels={int(level): str(name) for level, name in held["levels"].items()},
        flags={key: str(name) for key, name in held["flags"].items()},
        handling={key: str(name) for key, name in held["handling"].items()},
        transfer={key: str(name) for key, name in held["transfer"].items()},
        first_time_right=float(str(router["first_time_right"])),
        office_set_coverage=float(str(router["office_set_coverage"])),
        coordinator_level=int(str(router["coordinator_level"])),
        consultation_level=int(str(router["consultation_level"])),
        put_through_longest=int(str(put["longest"])),
        put_through_words=tuple(map(str, put["words"])),
        columns={key: tuple(map(str, names)) for key, names in held["columns"].items()},
        hours=office_hours(held["hours"]),
        clocks=clocks(held["clocks"]),
        assign_direct=truth("intake.assign_direct", held["intake"]["assign_direct"]),
        retention=retention(held["retention"], held["kinds"]),
    )


def truth(name: str, value: object) -> bool:
    """A rule that holds or does not."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} is {value!r}: write true or false")
    return value


def clocks(row: Mapping[str, Any]) -> Clocks:
    """The table `clocks`."""
    names = ("assign", "accept", "transfer", "electronic", "task", "at_risk")
    hours = {name: row[name] for name in names}
    for name, value in hours.items():
        if type(value) is not int or not 0 < value <= 800:
            raise ValueError(f"clocks.{name} is {value!r}: write whole working hours from 1 to 800")
    return Clocks(**hours, electronic_channels=frozenset(map(str, row["electronic_channels"])))


def retention(row: Mapping[str, Any], kinds: Mapping[str, object]) -> Mapping[str, int]:
    """The table `retention`: days by kind, and `default`."""
    if unknown := sorted(set(row) - set(kinds) - {"default"}):
        raise ValueError(f"retention: no kind {', '.join(unknown)}: there are {', '.join(kinds)} and default")
    for name, value in {"default": row["default"], **row}.items():
        if type(value) is not int or value < 1:
            raise ValueError(f"retention.{name} is {value!r}: write whole days above 0")
    return dict(row)


def office_hours(row: Mapping[str, Any]) -> OfficeHours:
    """The table `hours`: times as 09:00, days as 2026-09-01."""
    clocks = [row["opens"], *row["lunch"], row["closes"]]
    if len(clocks) != 4 or not all(isinstance(one, time) for one in clocks) or clocks != sorted(set(clocks)):
        raise ValueError(
            f"hours: {clocks}: write opens, lunch = [from, to] and closes as 09:00:00, each after the last"
        )
    if not all(type(one) is date for one in row["closed"]):
        raise ValueError(f"hours.closed is {row['closed']}: write days as 2026-09-01, without quotes")
    opens, lunch_from, lunch_to, closes = clocks
    return OfficeHours(opens, lunch_from, lunch_to, closes, frozenset(row["closed"]))


def whole(key: str, value: object) -> int | None:
    """A period as a whole number of days."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    raise ValueError(f"kinds.{key}: period_days is {value!r}: write a whole number of working days above 0")


def check(city: City) -> list[str]:
    """What a city may not say."""
    problems = []
    if not 0.5 <= city.first_time_right < 1:
        problems.append(f"router.first_time_right is {city.first_time_right}: write a share from 0.5 to below 1")
    if not 0.5 <= city.office_set_coverage < 1:
        problems.append(f"router.office_set_coverage is {city.office_set_coverage}: write a share from 0.5 to below 1")
    for key in ("coordinator_level", "consultation_level"):
        if getattr(city, key) not in (1, 2, 3, 4):
            problems.append(f"router.{key} is {getattr(city, key)}: write a level from 1 to 4")
    wanted: dict[str, tuple[frozenset[int | str], Mapping[Any, str]]] = {
        "levels": (frozenset({1, 2, 3, 4}), city.levels),
        "handling": (frozenset({"direct", "coordinator", "consultation"}), city.handling),
    }
    for name, (keys, given) in wanted.items():
        if missing := keys - set(given):
            problems.append(f"{name}: no name for {', '.join(map(str, sorted(missing, key=str)))}: add it")
    return problems

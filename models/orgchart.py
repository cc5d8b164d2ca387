"""OrgChart (업무분장): duties, the offices that hold them, and the days on which that is so."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources.abc import Traversable
from typing import TypeVar


class ConfigError(ValueError):
    """A city's folder cannot be used. The message names the file, the line and what to do, one problem a line."""


class OfficeKind(StrEnum):
    """Whether an office is the city's own, another body, or a private firm."""

    DEPARTMENT = "department"
    AGENCY = "agency"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Office:
    """A department of the city (부서), an agency (유관기관) or a private firm."""

    id: str
    kind: OfficeKind
    name: str
    aliases: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    note: str = ""

    @property
    def body(self) -> str:
        """The body that acts: one for all the city's departments, its own for any other."""
        return "city" if self.kind is OfficeKind.DEPARTMENT else self.id


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty (업무): what we predict. `partners` are offices that always take part."""

    id: str
    field: str
    name: str
    office: str
    definition: str
    partners: tuple[str, ...]
    valid_from: date
    valid_to: date | None


Dated = TypeVar("Dated", Duty, Office)


@dataclass(frozen=True, slots=True)
class OrgChart:
    """The duties and offices of one day. `warnings` tells what is odd but usable."""

    day: date
    duties: Mapping[str, Duty]
    offices: Mapping[str, Office]
    warnings: tuple[str, ...]

    def known(self, duty: str) -> str:
        """The duty as this table has it: a finer id counts as its nearest parent. Empty when there is none."""
        while duty and duty not in self.duties:
            duty = duty.rpartition(".")[0]
        return duty

    def office_of(self, duty: str) -> Office:
        """The office that holds a duty. Raises KeyError for a duty that the table does not have."""
        known = self.known(duty)
        if not known:
            raise KeyError(f"no duty {duty!r} in the table of {self.day}")
        return self.offices[self.duties[known].office]

    def first_duty(self, office: str) -> str:
        """The first duty of an office in the table's order; empty when it has none."""
        return next((duty.id for duty in self.duties.values() if duty.office == office), "")

    def names(self) -> dict[str, tuple[str, str]]:
        """The offices' names and short names, each with `office` and the office's id: entries of a `Lexicon`."""
        return {name: ("office", one.id) for one in self.offices.values() for name in (*one.aliases, one.name)}


def load_orgchart(folder: Traversable, day: date) -> OrgChart:
    """Read `offices.tsv` and `duties.tsv` as they hold on `day`.

    Raises ConfigError with every problem found: unknown office, duplicate id, duty without an office, bad date.
    """
    problems: list[str] = []
    offices = [
        office for line, row in rows(folder, "offices.tsv", problems) if (office := read_office(line, row, problems))
    ]
    duties = [duty for line, row in rows(folder, "duties.tsv", problems) if (duty := read_duty(line, row, problems))]
    problems += clashes("offices.tsv", offices) + clashes("duties.tsv", duties)
    present = {office.id: office for office in offices if holds(office, day)}
    held = {duty.id: duty for duty in duties if holds(duty, day)}
    problems += [problem for duty in held.values() for problem in unknown_offices(duty, present, offices, day)]
    if not held and not problems:
        problems.append(f"duties.tsv: no duty holds on {day}: check valid_from and valid_to")
    if problems:
        raise ConfigError("\n".join(problems))
    return OrgChart(day, held, present, tuple(idle(held.values(), present)))


def rows(folder: Traversable, name: str, problems: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a table, each with its place (`duties.tsv:12`) for messages."""
    wanted = OFFICE_COLUMNS if name == "offices.tsv" else DUTY_COLUMNS
    try:
        text = folder.joinpath(name).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problems.append(f"{name}: not in the folder {folder}: copy it from the standard config and edit it")
        return
    except UnicodeDecodeError:
        problems.append(f"{name}: not UTF-8: save it as tab-separated UTF-8 text")
        return
    reader = csv.DictReader(text.splitlines(), delimiter="\t")
    missing = [column for column in wanted if column not in (reader.fieldnames or [])]
    if missing:
        problems.append(f"{name}:1: no column {', '.join(missing)}: the columns are {', '.join(wanted)}, tab-separated")
        return
    for row in reader:
        place = f"{name}:{reader.line_num}"
        if None in row or None in row.values():
            problems.append(f"{place}: {len(wanted)} columns expected: check the tabs of this line")
        else:
            yield place, {column: row[column].strip() for column in wanted}


OFFICE_COLUMNS = ("id", "kind", "name", "aliases", "valid_from", "valid_to", "note")
DUTY_COLUMNS = ("id", "field", "name", "office", "definition", "partners", "valid_from", "valid_to")


def read_office(place: str, row: Mapping[str, str], problems: list[str]) -> Office | None:
    """One row of `offices.tsv`, or None with the problem noted."""
    if row["kind"] not in set(OfficeKind):
        problems.append(f"{place}: kind {row['kind']!r}: write one of {', '.join(OfficeKind)}")
        return None
    term = dates(place, row, problems)
    if not filled(place, row, ("id", "name"), problems) or term is None:
        return None
    return Office(row["id"], OfficeKind(row["kind"]), row["name"], parts(row["aliases"]), *term, row["note"])


def read_duty(place: str, row: Mapping[str, str], problems: list[str]) -> Duty | None:
    """One row of `duties.tsv`, or None with the problem noted."""
    if not row["office"]:
        problems.append(f"{place}: duty {row['id']!r} has no office: name one of offices.tsv")
        return None
    term = dates(place, row, problems)
    if not filled(place, row, ("id", "name", "definition"), problems) or term is None:
        return None
    columns = (row["id"], row["field"], row["name"], row["office"], row["definition"])
    return Duty(*columns, parts(row["partners"]), *term)


def filled(place: str, row: Mapping[str, str], columns: Sequence[str], problems: list[str]) -> bool:
    """True when none of the columns is empty; notes those that are."""
    empty = [column for column in columns if not row[column]]
    problems += [f"{place}: {column} is empty: fill it in" for column in empty]
    return not empty


def dates(place: str, row: Mapping[str, str], problems: list[str]) -> tuple[date, date | None] | None:
    """First and last day of a row; an empty last day means that it still holds."""
    try:
        first = date.fromisoformat(row["valid_from"])
        last = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    except ValueError:
        problems.append(f"{place}: valid_from {row['valid_from']!r}, valid_to {row['valid_to']!r}: write 2026-01-31")
        return None
    if last and last < first:
        problems.append(f"{place}: valid_to {last} is before valid_from {first}: mend one of them")
        return None
    return first, last


def parts(value: str) -> tuple[str, ...]:
    """The parts of a cell that lists several, separated by `;`."""
    return tuple(part.strip() for part in value.split(";") if part.strip())


def holds(row: Duty | Office, day: date) -> bool:
    """True when the row is in force on the day."""
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def clashes(name: str, table: Iterable[Dated]) -> list[str]:
    """Ids that stand twice on one day."""
    seen: dict[str, list[Dated]] = {}
    problems = []
    for row in table:
        if any(overlap(row, other) for other in seen.get(row.id, [])):
            problems.append(f"{name}: id {row.id!r} stands twice for the same days: end one row before the next begins")
        seen.setdefault(row.id, []).append(row)
    return problems


def overlap(one: Duty | Office, other: Duty | Office) -> bool:
    """True when two rows share a day."""
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)


def unknown_offices(duty: Duty, present: Mapping[str, Office], all_offices: Sequence[Office], day: date) -> list[str]:
    """Problems with the offices that a duty names: unknown ones, and ones that do not exist on the day."""
    ever = {office.id for office in all_offices}
    problems = []
    for name in (duty.office, *duty.partners):
        if name not in ever:
            problems.append(
                f"duties.tsv: duty {duty.id!r}: unknown office {name!r}: add it to offices.tsv or mend the id"
            )
        elif name not in present:
            problems.append(
                f"duties.tsv: duty {duty.id!r}: office {name!r} does not exist on {day}: "
                "end this row and add one with the office that took over"
            )
    return problems


def idle(duties: Iterable[Duty], offices: Mapping[str, Office]) -> Iterator[str]:
    """A warning for each department without a duty of its own."""
    named = {name for duty in duties for name in (duty.office, *duty.partners)}
    for office in offices.values():
        if office.id not in named:
            yield f"offices.tsv: office {office.id!r} ({office.name}) has no duty: nothing will be routed to it"

"""Moves: what may be done with a case, from which states and by whom, as data; and why something may not be done."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

COORDINATOR, OFFICER = "coordinator", "officer"
OPEN_TASKS = ("open", "accepted")


class RefusedError(ValueError):
    """A move is refused. `code` is for programs; the message, in Korean, says why and what can be done."""

    def __init__(self, code: str, field: str = "", **words: object) -> None:
        super().__init__(table()["refusals"][code].format(**words))
        self.code, self.field = code, field
        self.english = str(table()["refusals_english"][code].format(**words))


class StaleError(RefusedError):
    """Somebody else changed the case since it was looked at."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person's or a machine's name, the role, and the office of an officer."""

    name: str
    role: str
    office: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table: what it is called, from where to where, and who may."""

    id: str
    name: str
    sources: tuple[str, ...]
    target: str
    roles: tuple[str, ...]
    own: bool
    needs: tuple[str, ...]

    def allows(self, actor: Actor, lead: str) -> bool:
        """Whether this person may do it with a case that `lead` leads."""
        return actor.role in self.roles or (self.own and actor.role == OFFICER and actor.office == lead)


@cache
def table() -> Mapping[str, Any]:
    """`serve/data/moves.toml`."""
    held: Mapping[str, Any] = tomllib.loads(files("serve").joinpath("data/moves.toml").read_text(encoding="utf-8"))
    return held


@cache
def moves() -> Mapping[str, Move]:
    """All moves of a case, by id."""
    return {key: read_move(key, row) for key, row in table()["moves"].items()}


@cache
def task_moves() -> Mapping[str, Move]:
    """All moves of a task, by id."""
    return {key: read_move(key, row) for key, row in table()["task_moves"].items()}


def read_move(key: str, row: Mapping[str, Any]) -> Move:
    """One row of the table."""
    return Move(
        id=key,
        name=row["name"],
        sources=tuple(row["from"]),
        target=row.get("to", ""),
        roles=tuple(row.get("roles", ())),
        own=row.get("own", False),
        needs=tuple(row.get("needs", ())),
    )


def state_name(state: str) -> str:
    """A state in Korean."""
    return str(table()["states"][state])


def possible(state: str, lead: str, actor: Actor) -> list[Move]:
    """What this person may do with a case in this state."""
    return [one for one in moves().values() if state in one.sources and one.allows(actor, lead)]


def chosen(name: str, state: str, lead: str, actor: Actor, values: Mapping[str, str]) -> Move:
    """The move of this name. Raises RefusedError where it may not be made, or lacks something."""
    move = moves().get(name)
    if move is None:
        raise RefusedError("unknown_move", "move", move=name)
    if state not in move.sources:
        names = ", ".join(one.name for one in possible(state, lead, actor)) or "-"
        raise RefusedError("state", "move", state=state_name(state), move=move.name, possible=names)
    if not move.allows(actor, lead):
        who = " · ".join([*(table()["roles"][role] for role in move.roles), *([table()["own"]] if move.own else [])])
        raise RefusedError("role", "move", move=move.name, who=who)
    check_values(move, values)
    return move


def check_values(move: Move, values: Mapping[str, str]) -> None:
    """Refuse a move that lacks a field, or fills one beyond measure."""
    fields, lengths, most = table()["fields"], table()["lengths"], table()["longest"]
    for need in move.needs:
        if not values.get(need, "").strip():
            raise RefusedError("needs", need, move=move.name, label=fields[need])
    for name, value in values.items():
        if len(value) > (limit := lengths.get(name, most)):
            raise RefusedError("too_long", name, label=fields.get(name, name), most=limit)

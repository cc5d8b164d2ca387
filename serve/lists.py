"""The queue: cases by filter, the most urgent first, a page at a time, with counts."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from serve.clocks import ENDED
from serve.schema import Case, Task
from serve.schema_base import readable

WAITING = ("review", "returned", "consultation", "task_force")
AGES = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
PAGE = 50
LONGEST = 200


class FilterError(ValueError):
    """A filter cannot be used; `field` says which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; an empty field says nothing. `state` may be `waiting`: all that waits for the coordinator."""

    state: str = ""
    field: str = ""
    office: str = ""
    support: str = ""
    handling: str = ""
    why: str = ""
    kind: str = ""
    level: str = ""
    age: str = ""
    doubt: str = ""
    urgent: str = ""
    changed: str = ""
    overdue: str = ""

    def given(self) -> dict[str, str]:
        """The fields that say something."""
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}


def read_filter(values: Mapping[str, str]) -> Filter:
    """A filter from a query. Raises FilterError for a value that cannot be one."""
    held = {one.name: readable(values.get(one.name, "").strip()) for one in fields(Filter)}
    if long := [name for name, value in held.items() if len(value) > LONGEST]:
        raise FilterError(long[0], f"more than {LONGEST} characters")
    if held["age"] and held["age"] not in AGES:
        raise FilterError("age", f"{held['age']!r}: one of {', '.join(AGES)}")
    if held["level"] and held["level"] not in ("1", "2", "3", "4"):
        raise FilterError("level", f"{held['level']!r}: 1 to 4")
    if held["doubt"]:
        try:
            float(held["doubt"])
        except ValueError as error:
            raise FilterError("doubt", f"{held['doubt']!r}: a share from 0 to 1") from error
    return Filter(**held)


def conditions(wanted: Filter, now: datetime) -> list[ColumnElement[bool]]:
    """The filter as conditions."""
    found: list[ColumnElement[bool]] = []
    if wanted.state:
        states = WAITING if wanted.state == "waiting" else (wanted.state,)
        found.append(Case.state.in_(states))
    plain = {"field": Case.field, "office": Case.lead, "handling": Case.handling, "why": Case.why, "kind": Case.kind}
    found += [column == getattr(wanted, name) for name, column in plain.items() if getattr(wanted, name)]
    if wanted.level:
        found.append(Case.complexity == int(wanted.level))
    if wanted.age:
        found.append(Case.opened_at < now - AGES[wanted.age])
    if wanted.doubt:
        found.append(Case.doubt >= float(wanted.doubt))
    found += [column.is_(True) for name, column in
              (("urgent", Case.urgent), ("changed", Case.task_changed)) if getattr(wanted, name)]  # fmt: skip
    if wanted.overdue:
        found += [or_(Case.due_at < now, Case.stage_due_at < now), Case.paused_at.is_(None), Case.state.not_in(ENDED)]
    if wanted.support:
        helped = select(Task.case_id).where(Task.office == wanted.support, Task.state != "dropped")
        found.append(Case.id.in_(helped))
    return found


def page(session: Session, wanted: Filter, cursor: str = "", limit: int = PAGE) -> tuple[Sequence[Case], str]:
    """One page, and the cursor of the next; empty at the end. Raises FilterError for a broken cursor."""
    query = select(Case).where(and_(True, *conditions(wanted, datetime.now(UTC))))
    if cursor:
        rank, number = read_cursor(cursor)
        query = query.where(tuple_(Case.rank, Case.id) > (rank, number))
    rows = session.scalars(query.order_by(Case.rank, Case.id).limit(limit + 1)).all()
    return rows[:limit], write_cursor(rows[limit - 1]) if len(rows) > limit else ""


def write_cursor(case: Case) -> str:
    """Where a page ended."""
    return base64.urlsafe_b64encode(json.dumps([case.rank.isoformat(), case.id]).encode()).decode()


def read_cursor(cursor: str) -> tuple[datetime, int]:
    """Where the page before ended."""
    try:
        rank, number = json.loads(base64.urlsafe_b64decode(cursor[:LONGEST].encode()))
        moment = datetime.fromisoformat(rank).astimezone(UTC)
        if type(number) is not int or not 0 <= number < 2**31:
            raise ValueError
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise FilterError("cursor", "not a cursor of ours: take it from `next`, or leave it out") from error
    return moment, number


def counts(session: Session, wanted: Filter, column: str) -> dict[str, int]:
    """How many cases of the filter there are by one column's values."""
    held = getattr(Case, column)
    query = select(held, func.count()).where(and_(True, *conditions(wanted, datetime.now(UTC)))).group_by(held)
    return {str(value): int(count) for value, count in session.execute(query)}


def total(session: Session, wanted: Filter) -> int:
    """How many cases the filter finds."""
    query = select(func.count()).select_from(Case).where(and_(True, *conditions(wanted, datetime.now(UTC))))
    return int(session.scalar(query) or 0)

"""Moves that touch the period (처리기간): another kind, an extension, a supplement."""

from serve.clocks import set_deadline
from serve.deadlines import MOST_EXTENSIONS
from serve.effects import Change
from serve.moves import RefusedError


def set_kind(change: Change) -> None:
    """Another legal kind: its period is counted from receipt anew."""
    kind, city = change.value("kind"), change.world.city
    if kind not in city.kinds:
        raise RefusedError("kind", "kind", given=kind)
    change.case.kind, change.case.answer_days = kind, city.kinds[kind].period_days
    set_deadline(change.session, change.case, change.world.calendar, change.now, "kind")


def extend(change: Change) -> None:
    """The period once more; the second time with the complainant's consent (시행령 제21조)."""
    case = change.case
    if case.answer_days is None:
        raise RefusedError("no_period")
    if case.extensions >= MOST_EXTENSIONS:
        raise RefusedError("extended_twice")
    if case.due_at and change.now > case.due_at and not case.paused_at:
        raise RefusedError("overdue")
    if case.extensions == MOST_EXTENSIONS - 1 and change.value("consent") not in ("yes", "on", "true"):
        raise RefusedError("consent", "consent")
    case.extensions += 1
    set_deadline(change.session, case, change.world.calendar, change.now, "extended")


def supplement(change: Change) -> None:
    """The citizen is asked for more: until then the period does not run (시행령 제20조)."""
    if change.case.paused_at:
        raise RefusedError("paused")
    change.case.paused_at = change.now


def supplemented(change: Change) -> None:
    """What was asked for is there."""
    case = change.case
    if not case.paused_at:
        raise RefusedError("not_paused")
    case.paused_hours += change.world.calendar.hours_between(case.paused_at, change.now)
    case.paused_at = None
    set_deadline(change.session, case, change.world.calendar, change.now, "supplemented")

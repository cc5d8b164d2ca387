"""Tasks: what a support office (협조부서) does with its part of another office's case (법 제20조)."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from serve import audit
from serve.cases import World, snapshot, tasks_of
from serve.decide import kept
from serve.moves import OFFICER, Actor, RefusedError, check_values, state_name, table, task_moves
from serve.schema import Case, Decided, Task

WORKED_ON = ("routed", "accepted", "mediation", "transferred")  # states of a case in which its tasks go on


def act_on_task(
    session: Session, task: Task, name: str, values: Mapping[str, str], actor: Actor, world: World
) -> Decided:
    """One move of a support office; the lead sees that a task has changed. Raises RefusedError."""
    move = task_moves().get(name)
    if move is None:
        raise RefusedError("unknown_move", "move", move=name)
    if task.state not in move.sources:
        possible = ", ".join(one.name for one in task_moves().values() if task.state in one.sources) or "-"
        state = table()["task_states"][task.state]
        raise RefusedError("state", "move", state=state, move=move.name, possible=possible)
    if not (actor.role == OFFICER and actor.office == task.office):
        raise RefusedError("role", "move", move=move.name, who=table()["own_task"])
    check_values(move, values)
    case = session.get_one(Case, task.case_id)
    if case.state not in WORKED_ON:
        raise RefusedError("not_worked_on", "move", state=state_name(case.state))
    now = datetime.now(UTC)
    before = snapshot(case, tasks_of(session, case))
    task.state, task.changed_at = move.target, now
    if name == "reply_task":
        task.reply = values["text"].strip()
    case.task_changed, case.changed_at = True, now
    session.flush()
    decided = kept(session, case, actor, name, before, values.get("reason", "").strip(), now)
    audit.append(session, actor.name, name, case.id, task=task.id, office=task.office, state=task.state)
    session.flush()
    return decided

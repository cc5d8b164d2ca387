"""The pages of a case: what it says, the moves on it, the words as they came, an office's task."""

from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from starlette.responses import HTMLResponse

from serve import audit
from serve.access import Desk
from serve.case_view import case_page, is_outside
from serve.cases import case_by_number
from serve.decide import decide, last_decision, stale
from serve.lists import read_filter
from serve.moves import RefusedError
from serve.pages_kit import BACK, page_filter, render
from serve.people import (
    Person,
    sees_person,
)
from serve.problems import ApiError
from serve.schema import Case, CaseText, Task
from serve.signing import HOME, Form, Handler, Officer, TheDesk, sent_by, to
from serve.tasks import act_on_task
from serve.views import next_case, sees, undoable, visible_case

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/cases/{number}")
def case(number: str, request: Request, desk: TheDesk, person: Handler) -> Response:
    """One case."""
    return show_case(number, request, desk, person)


def show_case(
    number: str,
    request: Request,
    desk: Desk,
    person: Person,
    status: int = 200,
    **more: Any,  # noqa: ANN401 - a template's words
) -> Response:
    """The page of a case. Raises ApiError 404 for one that this person may not see."""
    with desk.store.read() as session:
        held = visible_case(session, number, person.actor)
        if held is None:
            raise ApiError(404, "no_case", number=number[:40])
        shown = case_page(session, held, person, desk.world, desk.likeness)
        back = more.pop("back", "") or request.query_params.get(BACK, "")
        undo = undoable(session, person)
        return render(
            request, "case.html", person, status, page=shown, undo=undo, back=back, **page_filter(desk), **more
        )


@router.post("/cases/{number}/moves")
def move(number: str, request: Request, values: Form, desk: TheDesk, person: Handler) -> Response:
    """One move; a confirmation may name another lead in the same step, and the next case opens."""
    given = sent_by(person, values)
    name, back = given.pop("move", ""), given.pop(BACK, "")
    try:
        seen = int(given.pop("version", "0"))
    except ValueError:
        seen = 0
    try:
        with desk.store.write() as session:
            held = movable_case(session, number, name, person)
            decide(session, held, name, given, person.actor, desk.world, seen)
            following = next_case(session, read_filter(query_of(back)), held.id) if name == "confirm" else None
            seen_still = sees(session, held, person.actor)
    except (StaleDataError, RefusedError) as refusal:
        return show_refusal(number, request, desk, person, refusal, given=given, back=back)
    if not seen_still:
        return to(HOME[person.role])
    if following and back:
        return to(f"/cases/{following.number}?{urlencode({BACK: back})}")
    if name == "confirm" and back:
        return to(f"/queue?{back}")
    return to(f"/cases/{number}" + (f"?{urlencode({BACK: back})}" if back else ""))


def movable_case(session: Session, number: str, name: str, person: Person) -> Case:
    """The case that this person may move. One's own last decision may be taken back although it took the case out of
    sight. Raises ApiError 404, or 409 where somebody else took it away.
    """
    held = case_by_number(session, number)
    if held is None:
        raise ApiError(404, "no_case", number=number[:40])
    last = last_decision(session, held)
    own_undo = name == "undo" and last is not None and last.actor == person.login
    if not own_undo and not sees(session, held, person.actor):
        raise ApiError(404, "no_case", number=number[:40])
    return held


def show_refusal(
    number: str,
    request: Request,
    desk: Desk,
    person: Person,
    error: Exception,
    **more: Any,  # noqa: ANN401 - a template's words
) -> Response:
    """Why a move was not made, on the case's page, or on a page of its own where the case is out of sight by now."""
    with desk.store.read() as session:
        held = case_by_number(session, number)
        assert held is not None, "only a case that is there can be refused"
        refusal = error if isinstance(error, RefusedError) else stale(session, held)
        visible = sees(session, held, person.actor)
    status = 409 if refusal.code == "stale" else 422
    if visible:
        return show_case(number, request, desk, person, status, error=refusal, **more)
    raise ApiError(status, "refused", reason=refusal, english=refusal.english)


def query_of(back: str) -> dict[str, str]:
    """The fields of a query."""
    return dict(parse_qsl(back))


@router.get("/cases/{number}/original")
def original(number: str, request: Request, desk: TheDesk, person: Handler) -> Response:
    """The words as they came, and who complains, for those who need them; each look is in the audit trail."""
    with desk.store.write() as session:
        held = visible_case(session, number, person.actor)
        text = session.get(CaseText, held.id) if held else None
        outside = is_outside(person.actor, desk.world)
        if held is None or text is None or not sees_person(person.actor, outside, held.lead, held.about_office):
            raise ApiError(404, "no_case", number=number[:40])
        audit.append(session, person.login, "look", held.id, role=person.role, office=person.office)
        return render(request, "original.html", person, case=held, text=text)


@router.post("/tasks/{number}")
def task(
    number: Annotated[int, Path(ge=1, lt=2**31)], request: Request, values: Form, desk: TheDesk, person: Officer
) -> Response:
    """What an office does with its task."""
    given = sent_by(person, values)
    with desk.store.read() as session:
        held = session.get(Task, number)
        if held is None or held.office != person.office:
            raise ApiError(404, "no_case", number=number)
        case_number = session.get_one(Case, held.case_id).number
    try:
        with desk.store.write() as session:
            act_on_task(session, session.get_one(Task, number), given.get("move", ""), given, person.actor, desk.world)
    except (StaleDataError, RefusedError) as refusal:
        return show_refusal(case_number, request, desk, person, refusal, given=given)
    with desk.store.read() as session:
        visible = sees(session, session.get_one(Case, held.case_id), person.actor)
    return to(f"/cases/{case_number}" if visible else HOME[person.role])

"""The pages: sign-in, the queue, a case, an office's own page, intake at the counter, and the dashboard."""

import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from starlette.responses import HTMLResponse, RedirectResponse

from nlp.complaint import Complaint
from serve import audit
from serve.access import Desk, desk_of
from serve.cases import Arrival
from serve.dashboard import dashboard_of
from serve.decide import case_by_number, decide, last_decision, named_office, stale
from serve.intake import open_once, routed_by
from serve.lists import page, read_filter
from serve.moves import RefusedError
from serve.pages_kit import BACK, page_filter, render
from serve.people import (
    Person,
    PersonError,
    SignInError,
    is_old,
    matches,
    proves,
    sees_person,
    set_password,
    sign_in,
    sign_out,
    signed_in,
    touch,
)
from serve.problems import ApiError
from serve.schema import Case, CaseText, SavedView, Task, User
from serve.tasks import act_on_task
from serve.views import case_page, is_outside, next_case, office_rows, queue_page, sees, undoable, visible_case

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
COOKIE = "minwon"
HOME = {"coordinator": "/queue", "officer": "/office", "intake": "/intake", "data": "/dashboard", "admin": "/dashboard"}
BULK = 500
TheDesk = Annotated[Desk, Depends(desk_of)]


class SignInNeededError(Exception):
    """Nobody is signed in, or a new password must be chosen first: `place` is where to go."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def whoever(request: Request, desk: TheDesk) -> Person:
    """Who is signed in. Raises SignInNeededError."""
    token = request.cookies.get(COOKIE, "")
    with desk.store.read() as session:
        person = signed_in(session, token)
        old = person is not None and is_old(session, token)
    if person is None:
        raise SignInNeededError("/login")
    if old:
        with desk.store.write() as session:
            touch(session, token)
    return person


def role(*allowed: str) -> Callable[[Request, Person], Person]:
    """A dependency: who is signed in, in one of these roles, with a password of their own."""

    def check(request: Request, person: Annotated[Person, Depends(whoever)]) -> Person:
        if person.must_change:
            raise SignInNeededError("/password")
        if person.role not in allowed:
            raise ApiError(403, "role_page")
        return person

    return check


Coordinator = Annotated[Person, Depends(role("coordinator"))]
Handler = Annotated[Person, Depends(role("coordinator", "officer"))]
Reader = Annotated[Person, Depends(role("coordinator", "officer", "intake"))]
Officer = Annotated[Person, Depends(role("officer"))]
Counter = Annotated[Person, Depends(role("intake", "coordinator"))]
Watcher = Annotated[Person, Depends(role("coordinator", "data", "admin"))]


async def form(request: Request) -> Mapping[str, str]:
    """The fields of a form; files are left out."""
    held = await request.form(max_files=0, max_fields=100)
    return {key: value for key, value in held.items() if isinstance(value, str)}


Form = Annotated[Mapping[str, str], Depends(form)]


def sent_by(person: Person, values: Mapping[str, str]) -> dict[str, str]:
    """A form's own fields. Raises ApiError 403 for one that another site made the browser send."""
    if not hmac.compare_digest(values.get("csrf", "").encode(), person.csrf.encode()):
        raise ApiError(403, "csrf")
    return {key: value for key, value in values.items() if key != "csrf"}


def to(place: str) -> Response:
    """Go to another page."""
    return RedirectResponse(place, 303)


@router.get("/")
def home(person: Annotated[Person, Depends(whoever)]) -> Response:
    """Where this person begins."""
    return to(HOME[person.role])


@router.get("/login")
def login_page(request: Request) -> Response:
    """The form to sign in."""
    return render(request, "login.html", None)


@router.post("/login")
def login(request: Request, values: Form, desk: TheDesk) -> Response:
    """Sign in, from our own page alone."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ApiError(403, "csrf")
    name = values.get("login", "")[:200]
    desk.tries.check(request.client.host if request.client else "")
    with desk.store.read() as session:
        right = proves(session, name, values.get("password", ""))
    with desk.store.write() as session:
        token = sign_in(session, name, right)
    if isinstance(token, SignInError):
        return render(request, "login.html", None, status=401, error=token.code, login=name)
    answer = to("/")
    answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=desk.settings.https, path="/")
    return answer


@router.post("/logout")
def logout(request: Request, values: Form, desk: TheDesk, person: Annotated[Person, Depends(whoever)]) -> Response:
    """Sign out."""
    sent_by(person, values)
    with desk.store.write() as session:
        sign_out(session, request.cookies.get(COOKIE, ""))
    answer = to("/login")
    answer.delete_cookie(COOKIE, path="/")
    return answer


@router.get("/password")
def password_page(request: Request, person: Annotated[Person, Depends(whoever)]) -> Response:
    """The form for a new password."""
    return render(request, "password.html", person)


@router.post("/password")
def change_password(
    request: Request, values: Form, desk: TheDesk, person: Annotated[Person, Depends(whoever)]
) -> Response:
    """A new password; then sign in again."""
    given = sent_by(person, values)
    try:
        with desk.store.write() as session:
            user = session.get_one(User, person.id)
            if not matches(user, given.get("old", "")):
                return render(request, "password.html", person, status=422, error="old")
            if given.get("new", "") != given.get("again", ""):
                return render(request, "password.html", person, status=422, error="again")
            set_password(session, user, given.get("new", ""), person.login, must_change=False)
    except PersonError:
        return render(request, "password.html", person, status=422, error="weak")
    return to("/login")


@router.get("/queue")
def queue(request: Request, desk: TheDesk, person: Coordinator) -> Response:
    """The queue by its filter; all that waits for the coordinator when there is none."""
    values = dict(request.query_params)
    wanted = read_filter(values if values else {"state": "waiting"})
    with desk.store.read() as session:
        shown = queue_page(session, wanted, values.get("cursor", ""), person, desk.world)
        return render(request, "queue.html", person, page=shown, undo=undoable(session, person), **page_filter(desk))


@router.post("/queue/confirm")
def confirm_all(request: Request, values: Form, desk: TheDesk, person: Coordinator) -> Response:
    """Confirm all results of a filter as proposed: first asked, then done, each in a transaction of its own."""
    given = sent_by(person, values)
    wanted = read_filter(given)
    with desk.store.read() as session:
        shown = queue_page(session, wanted, "", person, desk.world)
    if given.get("sure") != "yes":
        return render(request, "confirm_all.html", person, page=shown, most=BULK, given=given)
    done, left = 0, 0
    with desk.store.read() as session:
        cases, _ = page(session, wanted, limit=BULK)
        seen = [(one.id, one.version) for one in cases if one.state == "review" and one.changed_at <= shown_at(given)]
        left += len(cases) - len(seen)
    for number, version in seen:
        try:
            with desk.store.write() as session:
                case = session.get_one(Case, number)
                decide(session, case, "confirm", {}, person.actor, desk.world, version)
            done += 1
        except (RefusedError, StaleDataError):
            left += 1
    return to(f"/queue?{urlencode({**wanted.given(), 'done': done, 'left': left})}")


@router.post("/views")
def save_view(values: Form, desk: TheDesk, person: Coordinator) -> Response:
    """Keep a filter under a name, or forget it."""
    given = sent_by(person, values)
    name, query = given.get("name", "").strip()[:60], urlencode(read_filter(given).given())
    with desk.store.write() as session:
        held = session.scalars(select(SavedView).where(SavedView.user_id == person.id, SavedView.name == name)).first()
        if held:
            session.delete(held)
            session.flush()
        if name and given.get("forget") != "yes":
            session.add(SavedView(user_id=person.id, name=name, query=query))
    return to(f"/queue?{query}")


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


def shown_at(given: Mapping[str, str]) -> datetime:
    """When the results were shown that are to be confirmed: what changed since is left."""
    try:
        return datetime.fromisoformat(given.get("shown_at", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.fromtimestamp(0, UTC)


def named(desk: Desk, office: str) -> str:
    """The id of the office that was named. Raises RefusedError."""
    return named_office(desk.world, office).id


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


@router.get("/office")
def office(request: Request, desk: TheDesk, person: Officer) -> Response:
    """What waits for one's own office."""
    with desk.store.read() as session:
        led, tasks = office_rows(session, person.office, desk.world)
        name = desk.world.chart.offices[person.office].name if person.office in desk.world.chart.offices else ""
        return render(request, "office.html", person, led=led, tasks=tasks, office=name, undo=undoable(session, person))


@router.get("/intake")
def intake_page(request: Request, desk: TheDesk, person: Counter) -> Response:
    """The form at the counter."""
    return render(request, "intake.html", person, given={}, **page_filter(desk))


@router.post("/intake")
async def take_in(request: Request, values: Form, desk: TheDesk, person: Counter) -> Response:
    """Open a case for a citizen at the counter or on the phone."""
    given = sent_by(person, values)
    try:
        complaint = Complaint(id="", title=given.get("title", "")[:1000], body=given.get("body", ""),
                              channel=given.get("channel", "")[:100])  # fmt: skip
        about = named(desk, given["about_office"]) if given.get("about_office") else ""
    except (ValueError, RefusedError) as error:
        return render(request, "intake.html", person, status=422, given=given, error=error, **page_filter(desk))
    names = (given.get("complainant", "")[:200], given.get("contact", "")[:200])
    arrival = Arrival(complaint, f"user:{person.login}", given.get("key", "")[:200], *names, about)
    assert desk.engine is not None
    (routed,) = await routed_by(desk.engine, [complaint])
    _, opened = await run_in_threadpool(open_once, desk, arrival, routed, person.actor)
    return render(request, "opened.html", person, opened=opened, reasons=routed.reasons)


@router.get("/dashboard")
def dashboard(request: Request, desk: TheDesk, person: Watcher) -> Response:
    """Figures."""
    with desk.store.read() as session:
        return render(request, "dashboard.html", person, figures=dashboard_of(session, desk.world))

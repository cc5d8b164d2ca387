"""The pages: sign-in, the queue, a case, an office's own page, intake at the counter, and the dashboard."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError
from starlette.responses import HTMLResponse

from nlp.complaint import Complaint
from serve.access import Desk
from serve.cases import Arrival
from serve.dashboard import dashboard_of
from serve.decide import decide
from serve.effects import named_office
from serve.intake import open_once, routed_by
from serve.lists import page, read_filter
from serve.moves import RefusedError
from serve.pages_kit import page_filter, render
from serve.schema import Case
from serve.schema_people import SavedView
from serve.signing import Coordinator, Counter, Form, Officer, TheDesk, Watcher, sent_by, to
from serve.views import office_rows, queue_page, undoable

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
BULK = 500


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


def shown_at(given: Mapping[str, str]) -> datetime:
    """When the results were shown that are to be confirmed: what changed since is left."""
    try:
        return datetime.fromisoformat(given.get("shown_at", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.fromtimestamp(0, UTC)


def named(desk: Desk, office: str) -> str:
    """The id of the office that was named. Raises RefusedError."""
    return named_office(desk.world, office).id


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

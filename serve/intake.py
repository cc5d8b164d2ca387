"""The intake of cases over HTTP: a complaint opens a case; cases are read, listed and decided on."""

import logging
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from models.pipeline import Routed
from nlp.complaint import Complaint
from serve.access import Desk, desk_of, machine
from serve.case_wire import CaseIn, CaseOut, CasesOut, DecisionIn, case_out
from serve.cases import Arrival, World, case_by_number, find_case, open_case, tasks_of
from serve.decide import decide, stale
from serve.effects import named_office
from serve.engine import Engine, FailedError, OverloadedError, StoppingError
from serve.lists import page, read_filter
from serve.moves import Actor, RefusedError, StaleError
from serve.problems import ApiError
from serve.schema import Case
from serve.wire import ErrorOut

log = logging.getLogger("minwon.serve")
ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": ErrorOut} for code in (400, 401, 403, 404, 409, 413, 422, 429, 500, 503)
}
router = APIRouter(prefix="/v1", responses=ERRORS)
TheDesk = Annotated[Desk, Depends(desk_of)]


async def routed_by(engine: Engine, complaints: list[Complaint]) -> list[Routed]:
    """Route by the engine; what goes wrong becomes an error of the endpoint."""
    try:
        return await engine.route(complaints)
    except OverloadedError as error:
        raise ApiError(503, "overloaded", again=error.seconds, seconds=error.seconds) from None
    except StoppingError:
        raise ApiError(503, "stopping", again=10) from None
    except FailedError:
        raise ApiError(500, "failed") from None


@router.post("/complaints", status_code=201, response_model=CaseOut)
async def open_one(
    given: CaseIn, response: Response, desk: TheDesk, actor: Annotated[Actor, Depends(machine("open"))]
) -> CaseOut:
    """민원을 접수해 건을 엽니다. 같은 key 로 다시 보내면 먼저 연 건을 200 으로 돌려줍니다."""
    try:
        complaint = given.complaint()
    except ValueError as error:
        raise ApiError(422, "unusable", field="body", reason=error) from None
    try:
        about = named_office(desk.world, given.about_office).id if given.about_office else ""
    except RefusedError as error:
        raise ApiError(422, "refused", field="about_office", reason=error, english=error.english) from None
    arrival = Arrival(complaint, actor.name, given.key, given.complainant, given.contact, about)
    known = await run_in_threadpool(opened_before, desk, arrival)
    if known:
        response.status_code = 200
        return known
    assert desk.engine is not None
    (routed,) = await routed_by(desk.engine, [complaint])
    created, case = await run_in_threadpool(open_once, desk, arrival, routed, actor)
    response.status_code = 201 if created else 200
    return case


def opened_before(desk: Desk, arrival: Arrival) -> CaseOut | None:
    """The case that was opened under this key. Raises ApiError 409 when that was another complaint."""
    with desk.store.read() as session:
        case = find_case(session, arrival.client, arrival.key)
        if case is None:
            return None
        if case.fingerprint and case.fingerprint != arrival.fingerprint:
            raise ApiError(409, "key_used", field="key", key=arrival.key)
        return case_out(case, tasks_of(session, case), desk.world, full=True)


def open_once(desk: Desk, arrival: Arrival, routed: Routed, actor: Actor) -> tuple[bool, CaseOut]:
    """Open the case, or give that which another call opened under the same key meanwhile."""
    try:
        with desk.store.write() as session:
            world = desk.world
            case = open_case(session, arrival, routed, world, actor)
            told = case_out(case, tasks_of(session, case), world, full=True)
            told.reasons = list(routed.reasons)
    except IntegrityError:
        known = opened_before(desk, arrival)
        if known is None:
            raise
        return False, known
    return True, told


@router.get("/cases/{number}", response_model=CaseOut)
def one_case(number: str, desk: TheDesk, _: Annotated[Actor, Depends(machine("read"))]) -> CaseOut:
    """한 건의 지금 상태. 민원 내용은 담지 않습니다."""
    with desk.store.read() as session:
        case = wanted_case(session, number)
        return case_out(case, tasks_of(session, case), desk.world, full=True)


@router.get("/cases", response_model=CasesOut)
def some_cases(
    request: Request,
    desk: TheDesk,
    _: Annotated[Actor, Depends(machine("read"))],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(max_length=500)] = "",
) -> CasesOut:
    """조건에 맞는 건을 급한 순서로 돌려줍니다. next 를 cursor 로 보내면 다음 쪽입니다."""
    with desk.store.read() as session:
        cases, following = page(session, read_filter(request.query_params), cursor, limit)
        return CasesOut(cases=[case_out(one, tasks_of(session, one), desk.world) for one in cases], next=following)


@router.post("/cases/{number}/decisions", response_model=CaseOut)
def decide_on(
    number: str, given: DecisionIn, desk: TheDesk, actor: Annotated[Actor, Depends(machine("decide"))]
) -> CaseOut:
    """결정 하나를 내립니다. 그 사이 다른 사람이 먼저 결정했으면 409 로 답합니다."""
    try:
        return decided(desk, number, given, actor)
    except StaleError as error:
        raise ApiError(409, "stale", field="version", reason=error, english=error.english) from None
    except RefusedError as error:
        raise ApiError(422, "refused", field=error.field or "move", reason=error, english=error.english) from None


def decided(desk: Desk, number: str, given: DecisionIn, actor: Actor) -> CaseOut:
    """Make the decision in one transaction. Raises RefusedError and StaleError."""
    try:
        with desk.store.write() as session:
            world: World = desk.world
            case = wanted_case(session, number)
            decide(session, case, given.move, given.values, actor, world, given.version)
            session.flush()
            return case_out(case, tasks_of(session, case), world, full=True)
    except StaleDataError:
        with desk.store.read() as session:
            raise stale(session, wanted_case(session, number)) from None


def wanted_case(session: Session, number: str) -> Case:
    """The case of this number. Raises ApiError 404."""
    case = case_by_number(session, number)
    if case is None:
        raise ApiError(404, "no_case", number=number[:40])
    return case

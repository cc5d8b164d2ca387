"""The application: the endpoint for machines, the pages for people, and what both share."""

import hashlib
import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from models.city import load_city, standard
from models.orgchart import load_orgchart
from models.pipeline import Pipeline, assemble
from serve.access import Desk, machine
from serve.case_pages import router as case_pages
from serve.engine import Engine, Refresh
from serve.guard import Guard
from serve.intake import ERRORS, routed_by
from serve.intake import router as intake
from serve.lists import FilterError
from serve.metrics import Metrics
from serve.pages import router as pages
from serve.pages_kit import error_page, wants_page
from serve.problems import ApiError, body, field_problem, problem
from serve.settings import Settings
from serve.signing import SignInNeededError
from serve.signing import router as signing
from serve.store import Store, answers
from serve.wire import Problem, Result, RouteIn, RouteOut, office_out, proposal_of

log = logging.getLogger("minwon.serve")
ROUTES = ("/v1/route", "/v1/complaints", "/v1/cases", "/v1/orgchart", "/healthz", "/readyz", "/metrics", "/queue")
STATUS = {400: "bad_request", 404: "not_found", 405: "method", 413: "too_large"}


def create_app(settings: Settings, pipeline: Pipeline, store: Store) -> FastAPI:
    """The application around a pipeline and a store, both open."""
    metrics = Metrics()
    desk = Desk(settings, store, config_version(settings))

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        desk.engine = app.state.engine = Engine(pipeline, refresher(settings), settings.waiting, settings.batch)
        app.state.engine.start()
        yield
        await app.state.engine.stop(settings.drain)
        store.close()

    app = FastAPI(
        title="minwon",
        version="1",
        summary="민원을 읽고 주무부서·협조부서·난이도·처리 방법을 제안합니다. 결정은 사람이 합니다.",
        lifespan=life,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings, app.state.metrics, app.state.desk = settings, metrics, desk
    app.add_middleware(Guard, most=settings.body, observe=lambda path, *rest: metrics.observe(route_name(path), *rest))
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(ApiError, told)
    app.add_exception_handler(FilterError, not_a_filter)
    app.add_exception_handler(SignInNeededError, sign_in_first)
    app.add_exception_handler(OperationalError, unreachable)
    app.add_exception_handler(Exception, failed)
    add_routes(app)
    return app


def config_version(settings: Settings) -> str:
    """A short hash of the city's folder, kept with every proposal."""
    folder = settings.config or standard()
    held = hashlib.sha256()
    for name in ("city.toml", "duties.tsv", "offices.tsv"):
        held.update(folder.joinpath(name).read_bytes())
    return held.hexdigest()[:16]


def refresher(settings: Settings) -> Refresh:
    """What makes tomorrow's pipeline from today's: the same model under the tables as they hold then."""

    def refresh(pipeline: Pipeline, day: date) -> Pipeline:
        folder = settings.config or standard()
        return assemble(pipeline.classifier, load_orgchart(folder, day), load_city(folder))

    return refresh


def route_name(path: str) -> str:
    """The path as a label: known ones by name, so that a stranger's guesses do not fill the figures."""
    return next((one for one in ROUTES if path == one or path.startswith(f"{one}/")), "other")


def engine_of(request: Request) -> Engine:
    """The engine that serves."""
    engine: Engine = request.app.state.engine
    return engine


def number_of(request: Request) -> str:
    """The request's number."""
    return str(request.state.request_id)


def add_routes(app: FastAPI) -> None:
    """The addresses of the endpoint and of the pages."""
    guarded = [Depends(machine("route"))]
    app.post("/v1/route", response_model=RouteOut, responses=ERRORS, dependencies=guarded)(route)
    app.get("/v1/orgchart", responses=ERRORS, dependencies=guarded)(orgchart)
    app.include_router(intake)
    app.get("/healthz")(health)
    app.get("/readyz", responses=ERRORS)(ready)
    app.get("/metrics", include_in_schema=False)(figures)
    for router in (signing, pages, case_pages):
        app.include_router(router)
    app.mount("/static", StaticFiles(packages=[("serve", "static")]))


async def route(given: RouteIn, request: Request, engine: Annotated[Engine, Depends(engine_of)]) -> RouteOut:
    """제안만 돌려주고 아무것도 저장하지 않습니다. 읽을 수 없는 민원은 그 자리에 error 로 답합니다."""
    results: list[Result] = []
    complaints, places = [], []
    for place, one in enumerate(given.complaints):
        try:
            complaints.append(one.complaint())
            places.append(place)
            results.append(Result(id=one.id))
        except ValueError as error:
            results.append(Result(id=one.id, error=body("unusable", number_of(request), reason=error)))
    routed = await routed_by(engine, complaints) if complaints else []
    pipeline = engine.pipeline
    for place, one_routed in zip(places, routed, strict=True):
        results[place].proposal = proposal_of(
            one_routed, given.complaints[place].received_at, pipeline.chart, pipeline.city
        )
        request.app.state.metrics.handled.labels(str(one_routed.routing.handling)).inc()
    return RouteOut(results=results)


async def orgchart(engine: Annotated[Engine, Depends(engine_of)]) -> dict[str, Any]:
    """오늘의 업무분장: 업무와 맡은 부서."""
    chart = engine.pipeline.chart
    return {
        "day": chart.day,
        "offices": [office_out(one).model_dump() for one in chart.offices.values()],
        "duties": [
            {"duty": one.id, "name": one.name, "field": one.field, "office": chart.office_of(one.id).id}
            for one in chart.duties.values()
        ],
    }


async def health() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


async def ready(request: Request, engine: Annotated[Engine, Depends(engine_of)]) -> dict[str, object]:
    """That complaints are taken, by which model and which day's tables, how many wait; 503 without a database."""
    if not await run_in_threadpool(answers, request.app.state.desk.store):
        raise ApiError(503, "store", again=5, seconds=5)
    version = engine.pipeline.classifier.version
    return {"ready": True, "model": version, "tables_of": engine.day, "waiting": engine.waiting}


async def figures(request: Request, engine: Annotated[Engine, Depends(engine_of)]) -> Response:
    """Figures for Prometheus."""
    return Response(request.app.state.metrics.text(engine.waiting), media_type=CONTENT_TYPE_LATEST)


async def invalid(request: Request, error: Exception) -> Response:
    """A body that is not what the address takes; what was sent is not repeated, since it may hold personal data."""
    assert isinstance(error, RequestValidationError)
    return problem(422, "bad_request", number_of(request), [field_problem(one) for one in error.errors()])


async def refused(request: Request, error: Exception) -> Response:
    """An address, a method or a size that is not taken."""
    assert isinstance(error, HTTPException)
    most = request.app.state.settings.body
    if wants_page(request):
        code = STATUS.get(error.status_code, "bad_request")
        said = body(code, number_of(request), method=request.method, most=most)
        return error_page(request, error.status_code, said.message, number_of(request))
    code = STATUS.get(error.status_code, "bad_request")
    return problem(error.status_code, code, number_of(request), headers=error.headers, method=request.method, most=most)


async def sign_in_first(_: Request, error: Exception) -> Response:
    """To the page where one signs in, or chooses a password."""
    assert isinstance(error, SignInNeededError)
    return RedirectResponse(error.place, 303)


async def not_a_filter(request: Request, error: Exception) -> Response:
    """A filter that cannot be used."""
    assert isinstance(error, FilterError)
    return await told(request, ApiError(422, "filter", field=error.field, english=str(error)))


async def told(request: Request, error: Exception) -> Response:
    """An error that the endpoint means."""
    assert isinstance(error, ApiError)
    headers = {"Retry-After": str(error.again)} if error.again else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    words: dict[str, Any] = {"field": error.field, **error.words}
    said = body(error.code, number_of(request), **words)
    if wants_page(request):
        return error_page(request, error.status, said.message, number_of(request))
    where = [Problem(where=error.field, message=said.message, english=said.english)] if error.field else []
    return problem(error.status, error.code, number_of(request), where, headers, **words)


async def unreachable(request: Request, error: Exception) -> Response:
    """The database does not answer, or not in time."""
    log.error("request %s: the database: %s", number_of(request), type(error).__name__)
    return problem(503, "store", number_of(request), headers={"Retry-After": "5"}, seconds=5)


async def failed(request: Request, error: Exception) -> Response:
    """Anything unforeseen: logged with the request's number and the place, never with the complaint."""
    where = "".join(traceback.format_tb(error.__traceback__)[-3:])
    log.error("request %s failed: %s\n%s", number_of(request), type(error).__name__, where)
    if wants_page(request):
        return error_page(request, 500, body("failed", number_of(request)).message, number_of(request))
    return problem(500, "failed", number_of(request))

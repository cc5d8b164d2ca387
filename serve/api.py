"""The intake endpoint: a counter's system sends complaints and gets the proposals at once."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException

from models.city import load_city, standard
from models.orgchart import load_orgchart
from models.pipeline import Pipeline, assemble
from serve.engine import Engine, FailedError, OverloadedError, Refresh, StoppingError
from serve.guard import Guard, known_key
from serve.metrics import Metrics
from serve.problems import problem, sentences
from serve.settings import Settings
from serve.wire import ErrorBody, ErrorOut, Problem, Result, RouteIn, RouteOut, office_out, proposal_of

log = logging.getLogger("minwon.serve")
ERRORS: dict[int | str, dict[str, Any]] = {code: {"model": ErrorOut} for code in (401, 413, 422, 500, 503)}
ROUTES = ("/v1/route", "/v1/orgchart", "/healthz", "/readyz", "/metrics")


def create_app(settings: Settings, pipeline: Pipeline) -> FastAPI:
    """The application around a pipeline."""
    metrics = Metrics()

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        app.state.engine = Engine(pipeline, refresher(settings), settings.waiting, settings.batch)
        app.state.engine.start()
        yield
        await app.state.engine.stop(settings.drain)

    app = FastAPI(
        title="minwon",
        version="1",
        summary="민원을 읽고 주무부서·협조부서·난이도·처리 방법을 제안합니다. 결정은 사람이 합니다.",
        lifespan=life,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings, app.state.metrics = settings, metrics
    app.add_middleware(Guard, most=settings.body, observe=lambda path, *rest: metrics.observe(route_name(path), *rest))
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Exception, failed)
    add_routes(app)
    return app


def refresher(settings: Settings) -> Refresh:
    """What makes tomorrow's pipeline from today's: the same model under the tables as they hold then."""

    def refresh(pipeline: Pipeline, day: date) -> Pipeline:
        folder = settings.config or standard()
        return assemble(pipeline.classifier, load_orgchart(folder, day), load_city(folder))

    return refresh


def route_name(path: str) -> str:
    """The path as a label: known ones by name, so that a stranger's guesses do not fill the figures."""
    return path if path in ROUTES else "other"


def engine_of(request: Request) -> Engine:
    """The engine that serves."""
    engine: Engine = request.app.state.engine
    return engine


def number_of(request: Request) -> str:
    """The request's number."""
    return str(request.state.request_id)


async def allowed(request: Request) -> None:
    """Refuse a request without a known key, where keys are asked for."""
    keys = request.app.state.settings.keys
    if keys and not known_key(request.headers.get("authorization", ""), keys):
        raise HTTPException(401, "key", {"WWW-Authenticate": "Bearer"})


def add_routes(app: FastAPI) -> None:
    """The addresses of the endpoint."""
    guarded = [Depends(allowed)]
    app.post("/v1/route", response_model=RouteOut, responses=ERRORS, dependencies=guarded)(route)
    app.get("/v1/orgchart", dependencies=guarded)(orgchart)
    app.get("/healthz")(health)
    app.get("/readyz")(ready)
    app.get("/metrics", include_in_schema=False)(figures)


async def route(given: RouteIn, request: Request, engine: Annotated[Engine, Depends(engine_of)]) -> RouteOut | Response:
    """제안만 돌려주고 아무것도 저장하지 않습니다. 읽을 수 없는 민원은 그 자리에 error 로 답합니다."""
    results: list[Result] = []
    complaints, places = [], []
    for place, one in enumerate(given.complaints):
        try:
            complaints.append(one.complaint())
            places.append(place)
            results.append(Result(id=one.id))
        except ValueError as error:
            message = sentences()["unusable"].format(reason=error)
            results.append(Result(id=one.id, error=ErrorBody(code="unusable", message=message)))
    try:
        routed = await engine.route(complaints) if complaints else []
    except OverloadedError as error:
        again = {"Retry-After": str(error.seconds)}
        return problem(503, "overloaded", number_of(request), headers=again, seconds=error.seconds)
    except StoppingError:
        return problem(503, "stopping", number_of(request), headers={"Retry-After": "10"})
    except FailedError:
        return problem(500, "failed", number_of(request))
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


async def ready(engine: Annotated[Engine, Depends(engine_of)]) -> dict[str, object]:
    """That complaints are taken, by which model and which day's tables, and how many wait."""
    version = engine.pipeline.classifier.version
    return {"ready": True, "model": version, "tables_of": engine.day, "waiting": engine.waiting}


async def figures(request: Request, engine: Annotated[Engine, Depends(engine_of)]) -> Response:
    """Figures for Prometheus."""
    return Response(request.app.state.metrics.text(engine.waiting), media_type=CONTENT_TYPE_LATEST)


async def invalid(request: Request, error: Exception) -> Response:
    """A body that is not what the address takes; what was sent is not repeated, since it may hold personal data."""
    assert isinstance(error, RequestValidationError)
    problems = [Problem(where=".".join(map(str, one["loc"])), message=str(one["msg"])) for one in error.errors()]
    return problem(422, "bad_request", number_of(request), problems)


async def refused(request: Request, error: Exception) -> Response:
    """An address, a method or a key that is not taken."""
    assert isinstance(error, HTTPException)
    most = request.app.state.settings.body
    code = {401: "key", 404: "not_found", 405: "method", 413: "too_large"}.get(error.status_code, "bad_request")
    return problem(error.status_code, code, number_of(request), headers=error.headers, method=request.method, most=most)


async def failed(request: Request, error: Exception) -> Response:
    """Anything unforeseen: logged with the request's number, never with the complaint."""
    log.error("request %s failed: %s", number_of(request), type(error).__name__)
    return problem(500, "failed", number_of(request))

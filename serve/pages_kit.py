"""What all pages share: the templates, their words and filters, and the page of an error."""

import secrets
from datetime import UTC, datetime
from functools import cache
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from serve.access import Desk
from serve.deadlines import SEOUL
from serve.moves import moves, table, task_moves
from serve.people import Person

BACK = "back"


@cache
def environment() -> Environment:
    """The templates. All that is put in is escaped; a word that is not there is an error, not a gap."""
    held = Environment(
        loader=PackageLoader("serve"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    held.filters["moment"] = moment
    held.filters["day"] = lambda value: moment(value, "%m.%d.") if value else ""
    held.filters["age"] = age
    held.filters["minutes"] = minutes
    held.globals.update(BACK=BACK, states=table()["states"], move_names=move_names(), fresh_key=secrets.token_hex)
    return held


def move_names() -> dict[str, str]:
    """What moves are called."""
    return {key: one.name for key, one in {**moves(), **task_moves()}.items()}


def moment(value: datetime | None, form: str = "%Y.%m.%d. %H:%M") -> str:
    """A moment as Korean offices write it."""
    return value.astimezone(SEOUL).strftime(form) if value else "-"


def age(value: datetime) -> str:
    """How long ago."""
    hours = (datetime.now(UTC) - value).total_seconds() / 3600
    if hours < 1:
        return f"{max(0, int(hours * 60))}분"
    return f"{int(hours)}시간" if hours < 48 else f"{int(hours / 24)}일"


def minutes(value: float | None) -> str:
    """A length in minutes, in words."""
    if value is None:
        return "-"
    return f"{value:.0f}분" if value < 120 else f"{value / 60:.1f}시간"


def render(
    request: Request,
    name: str,
    person: Person | None,
    status: int = 200,
    **words: Any,  # noqa: ANN401 - a template's words
) -> Response:
    """A page."""
    city = request.app.state.desk.world.city
    shared = {"person": person, "city": city, "error": None, "given": {}, "undo": None, "path": request.url.path,
              "query": dict(request.query_params), "now": datetime.now(UTC)}  # fmt: skip
    return HTMLResponse(environment().get_template(name).render({**shared, **words}), status)


def page_filter(desk: Desk) -> dict[str, Any]:
    """What the filters and the fields choose from."""
    chart, city = desk.world.chart, desk.world.city
    fields = dict.fromkeys(one.field for one in chart.duties.values())
    return {
        "chart": chart,
        "options": {
            "field": [(one, one) for one in fields],
            "office": [(one.id, one.name) for one in chart.offices.values()],
            "kind": [(key, one.name) for key, one in city.kinds.items()],
            "handling": list(city.handling.items()),
            "level": list(city.levels.items()),
        },
    }


def error_page(request: Request, status: int, message: str, number: str) -> Response:
    """An error as a page."""
    return render(request, "error.html", None, status, message=message, number=number)


def wants_page(request: Request) -> bool:
    """Whether a browser asked, for a page."""
    return not request.url.path.startswith("/v1/") and "text/html" in request.headers.get("accept", "")

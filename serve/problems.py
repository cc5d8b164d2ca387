"""Errors of the endpoint: one shape, in Korean and English, with the request's number."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi.responses import JSONResponse

from serve.wire import ErrorBody, ErrorOut, Problem


class ApiError(Exception):
    """A request that gets an error: its status, its code in `errors.toml`, and the words of the sentence."""

    def __init__(self, status: int, code: str, field: str = "", again: int = 0, **words: object) -> None:
        super().__init__(code)
        self.status, self.code, self.field, self.again, self.words = status, code, field, again, words


@cache
def errors() -> Mapping[str, Mapping[str, str]]:
    """`serve/data/errors.toml`."""
    return tomllib.loads(files("serve").joinpath("data/errors.toml").read_text(encoding="utf-8"))


def sentences() -> Mapping[str, str]:
    """The sentences in Korean."""
    return errors()["korean"]


def body(code: str, request_id: str, problems: Sequence[Problem] = (), **words: object) -> ErrorBody:
    """An error in both languages."""
    said = {"request_id": request_id, **words}
    korean, english = (errors()[language][code].format(**said) for language in ("korean", "english"))
    return ErrorBody(code=code, message=korean, english=english, problems=list(problems), request_id=request_id)


def problem(
    status: int,
    code: str,
    request_id: str,
    problems: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
    **words: object,
) -> JSONResponse:
    """An error as a response."""
    return JSONResponse(
        ErrorOut(error=body(code, request_id, problems, **words)).model_dump(), status, dict(headers or {})
    )


def field_problem(error: Mapping[str, Any]) -> Problem:
    """What a validator found, in both languages; what was sent is not repeated, since it may hold personal data."""
    known = errors()["fields"]
    korean = known.get(error["type"], known["other"]).format(**error.get("ctx", {}))
    return Problem(where=".".join(map(str, error["loc"])), message=korean, english=str(error["msg"]))

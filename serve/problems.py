"""Errors of the endpoint: one shape, in Korean, with the request's number."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from fastapi.responses import JSONResponse

from serve.wire import ErrorBody, ErrorOut, Problem


@cache
def sentences() -> Mapping[str, str]:
    """The sentences of `serve/data/errors.toml`."""
    return tomllib.loads(files("serve").joinpath("data/errors.toml").read_text(encoding="utf-8"))


def problem(
    status: int,
    code: str,
    request_id: str,
    problems: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
    **words: object,
) -> JSONResponse:
    """An error as a response."""
    body = ErrorBody(
        code=code,
        message=sentences()[code].format(request_id=request_id, **words),
        problems=list(problems),
        request_id=request_id,
    )
    return JSONResponse(ErrorOut(error=body).model_dump(), status, dict(headers or {}))

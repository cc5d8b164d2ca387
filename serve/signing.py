"""Signing in and out, passwords, and who may open which page."""

import hmac
from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from serve.access import Desk, desk_of
from serve.pages_kit import render
from serve.people import (
    Person,
    PersonError,
    SignInError,
    is_old,
    matches,
    proves,
    set_password,
    sign_in,
    sign_out,
    signed_in,
    touch,
)
from serve.problems import ApiError
from serve.schema_people import User

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

COOKIE = "minwon"


HOME = {"coordinator": "/queue", "officer": "/office", "intake": "/intake", "data": "/dashboard", "admin": "/dashboard"}


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

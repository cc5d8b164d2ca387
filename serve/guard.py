"""What stands before every address: a request's number, its size, and headers that browsers obey."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.problems import problem

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}
Observe = Callable[[str, int, float], None]


log = logging.getLogger("minwon.request")
PLAIN = re.compile(r"[a-z0-9/_.-]{1,80}")


def known_path(path: str) -> str:
    """A path as the log may hold it: what is no address of ours could hold anything."""
    return path if PLAIN.fullmatch(path) else "-"


class TooLargeError(HTTPException):
    """The body grew beyond what is taken."""

    def __init__(self) -> None:
        super().__init__(413)


class Guard:
    """ASGI middleware: numbers every request, refuses bodies beyond `most` bytes, adds headers, reports the time."""

    def __init__(self, app: ASGIApp, most: int, observe: Observe) -> None:
        self.app, self.most, self.observe = app, most, observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        number, started, status = uuid.uuid4().hex[:12], time.perf_counter(), 500
        scope.setdefault("state", {})["request_id"] = number
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.most:
                raise TooLargeError
            return message

        async def marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = number
                for name, value in SAFE.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/static/"):
                    headers["Cache-Control"] = "public, max-age=3600"
            await send(message)

        try:
            declared = Headers(scope=scope).get("content-length", "0")
            if declared.isdigit() and int(declared) > self.most:
                raise TooLargeError
            await self.app(scope, counted, marked)
        except TooLargeError:
            await problem(413, "too_large", number, most=self.most)(scope, receive, marked)
        finally:
            seconds = time.perf_counter() - started
            self.observe(scope["path"], status, seconds)
            log.info("%s %s %d %.3f s %s", number, scope["method"], status, seconds, known_path(scope["path"]))

"""What stands before the endpoint: a request's number, its size, its key, and headers that browsers obey."""

import hashlib
import hmac
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
}
Observe = Callable[[str, int, float], None]


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
            await send(message)

        try:
            declared = Headers(scope=scope).get("content-length", "0")
            if declared.isdigit() and int(declared) > self.most:
                raise TooLargeError
            await self.app(scope, counted, marked)
        except TooLargeError:
            await problem(413, "too_large", number, most=self.most)(scope, receive, marked)
        finally:
            self.observe(scope["path"], status, time.perf_counter() - started)


def known_key(given: str, hashes: frozenset[str]) -> bool:
    """Whether an `Authorization` header carries a key whose SHA-256 is among these; all are compared, in even time."""
    scheme, _, key = given.partition(" ")
    digest = hashlib.sha256(key.strip().encode()).hexdigest()
    found = [hmac.compare_digest(digest, one) for one in hashes]
    return scheme.lower() == "bearer" and any(found)

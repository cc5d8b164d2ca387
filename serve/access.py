"""Access: which machine or person sends a request, whether it may, and how often."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from serve.cases import World
from serve.engine import Engine
from serve.likeness import Likeness
from serve.moves import Actor
from serve.people import known_key
from serve.problems import ApiError
from serve.settings import Settings
from serve.store import Store

KEPT = 10.0  # seconds for which a key that was found is not looked up again


@dataclass(slots=True)
class Rates:
    """How often one caller may call, a minute at a time; each server process counts for itself."""

    limit: int
    limiter: MovingWindowRateLimiter

    def check(self, name: str) -> None:
        """Count one call. Raises ApiError 429 for one too many."""
        if not self.limit:
            return
        item = RateLimitItemPerMinute(self.limit)
        if not self.limiter.hit(item, name):
            reset = self.limiter.get_window_stats(item, name).reset_time
            seconds = max(1, round(reset - time.time()))
            raise ApiError(429, "too_many", again=seconds, seconds=seconds)


def rates(limit: int) -> Rates:
    """A counter of calls."""
    return Rates(limit, MovingWindowRateLimiter(MemoryStorage()))


class Desk:
    """What requests share: the store, the engine, the city of the day, likeness, and the counters of calls."""

    def __init__(self, settings: Settings, store: Store, config_version: str) -> None:
        self.settings, self.store, self.config_version = settings, store, config_version
        self.engine: Engine | None = None
        self.likeness = Likeness()
        self.calls = rates(settings.rate)
        self.tries = rates(30)
        self.keys: dict[str, tuple[float, str, frozenset[str]]] = {}

    @property
    def world(self) -> World:
        """The city and its chart as they hold now."""
        assert self.engine is not None, "the server has not begun"
        return World(self.engine.pipeline.city, self.engine.pipeline.chart, self.config_version)

    def machine(self, header: str) -> tuple[str, frozenset[str]]:
        """The name and scopes of a key. Raises ApiError 401."""
        until, name, scopes = self.keys.get(header, (0.0, "", frozenset[str]()))
        if time.monotonic() < until:
            return name, scopes
        with self.store.read() as session:
            key = known_key(session, header)
            if key is None:
                raise ApiError(401, "key")
            held = (time.monotonic() + KEPT, key.name, frozenset(key.scopes))
        if len(self.keys) > 1000:
            self.keys.clear()
        self.keys[header] = held
        return held[1], held[2]


def desk_of(request: Request) -> Desk:
    """What requests share."""
    desk: Desk = request.app.state.desk
    return desk


def machine(scope: str) -> Callable[[Request], Actor]:
    """A dependency: the machine that calls, if its key has this scope."""

    def check(request: Request) -> Actor:
        desk = desk_of(request)
        name, scopes = desk.machine(request.headers.get("authorization", ""))
        if scope not in scopes:
            raise ApiError(403, "scope", scope=scope)
        desk.calls.check(name)
        return Actor(f"key:{name}", "coordinator")

    return check

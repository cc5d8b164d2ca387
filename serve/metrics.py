"""Figures for Prometheus: requests, their time, what waits, and what was proposed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
SHARED = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def share_between_processes() -> Iterator[None]:
    """Let the processes that are started inside add up their figures, in files of a folder that goes at the end."""
    with tempfile.TemporaryDirectory(prefix="minwon-metrics-") as folder:
        os.environ[SHARED] = folder
        try:
            yield
        finally:
            del os.environ[SHARED]


class Metrics:
    """The figures of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        held = self.registry
        self.requests = Counter("minwon_requests", "requests answered", ("route", "status"), registry=held)
        self.seconds = Histogram(
            "minwon_request_seconds", "time to the answer", ("route",), buckets=SECONDS, registry=held
        )
        self.waiting = Gauge(
            "minwon_waiting", "complaints that wait for the engine", registry=held, multiprocess_mode="livesum"
        )
        self.handled = Counter("minwon_proposals", "proposals by how they are handled", ("handling",), registry=held)

    def observe(self, route: str, status: int, seconds: float) -> None:
        """One answered request."""
        self.requests.labels(route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def text(self, waiting: int) -> bytes:
        """All figures in Prometheus' text form, of all processes together."""
        self.waiting.set(waiting)
        if SHARED not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)

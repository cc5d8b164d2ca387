"""Figures for Prometheus: requests, their time, what waits, and what was proposed."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The figures of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        held = self.registry
        self.requests = Counter("minwon_requests", "requests answered", ("route", "status"), registry=held)
        self.seconds = Histogram(
            "minwon_request_seconds", "time to the answer", ("route",), buckets=SECONDS, registry=held
        )
        self.waiting = Gauge("minwon_waiting", "complaints that wait for the engine", registry=held)
        self.handled = Counter("minwon_proposals", "proposals by how they are handled", ("handling",), registry=held)

    def observe(self, route: str, status: int, seconds: float) -> None:
        """One answered request."""
        self.requests.labels(route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def text(self, waiting: int) -> bytes:
        """All figures in Prometheus' text form."""
        self.waiting.set(waiting)
        return generate_latest(self.registry)

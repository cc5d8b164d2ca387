"""A real server on a free port, with a store of its own, and a client with a key to it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn

from models.pipeline import Pipeline
from serve.api import create_app
from serve.people import SCOPES, add_user, digest
from serve.schema_people import ApiKey, User
from serve.settings import Settings
from serve.store import Store, open_store

KEY, NARROW = "open sesame", "look only"
PASSWORD = "seven bridges"
PEOPLE = (
    ("kim", "김코디", "coordinator", ""),
    ("choi", "최코디", "coordinator", ""),
    ("road", "도로 담당", "officer", "roads"),
    ("park", "공원 담당", "officer", "parks"),
    ("police", "경찰 담당", "officer", "police"),
    ("desk", "창구", "intake", ""),
    ("data", "데이터", "data", ""),
)


def furnish(store: Store) -> None:
    """Keys and people."""
    with store.write() as session:
        now = datetime.now(UTC)
        session.add(ApiKey(name="all", digest=digest(KEY), scopes=list(SCOPES), created_at=now))
        session.add(ApiKey(name="narrow", digest=digest(NARROW), scopes=["read"], created_at=now))
        for login, name, role, office in PEOPLE:
            user: User = add_user(session, login, name, role, office, PASSWORD, "test")
            user.must_change = False


@contextmanager
def server(settings: Settings, pipeline: Pipeline, folder: Path, url: str = "") -> Iterator[httpx.Client]:
    """A server, and a client of it that holds the key with every scope."""
    store = open_store(url or f"sqlite:///{folder / 'minwon.db'}")
    furnish(store)
    app = create_app(settings, pipeline, store)
    config = uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=20)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    port = running.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}", timeout=60, headers={"Authorization": f"Bearer {KEY}"}
    ) as client:
        yield client
    running.should_exit = True
    thread.join(20)
    assert not thread.is_alive()

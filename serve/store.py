"""The store: one database, SQLite or PostgreSQL, opened, brought up to date, read and written in transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from serve.errors import CommandError
from serve.schema_people import Head

FIRST = "0" * 64
LOCK = 7_106_001  # the number of the lock under which PostgreSQL is brought up to date


class StoreError(CommandError):
    """The database cannot be used. The message says what was found and what to do."""


@dataclass(frozen=True, slots=True)
class Store:
    """An open database. What is written in one `write` is kept whole or not at all."""

    engine: Engine

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only looks."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed at the end. On SQLite it takes the one writer's place from its start, so that
        nobody else writes between what it reads and what it writes.
        """
        engine = self.engine.execution_options(writes=True)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def open_store(url: str, upgrade: bool = True) -> Store:
    """Open a database and bring it up to date. Raises StoreError, in one line, when it cannot be used."""
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:"):
            Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address, pool_pre_ping=address.get_backend_name() != "sqlite")
    except (ArgumentError, ModuleNotFoundError, OSError) as error:
        raise StoreError(f"MINWON_DATABASE: {error}: write sqlite:///FILE or postgresql+psycopg://…") from error
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    try:
        check_version(engine, upgrade)
    except OperationalError as error:
        raise StoreError(f"the database does not answer: {error.orig}: is it running, and may we write?") from error
    return Store(engine)


def prepare_sqlite(engine: Engine) -> None:
    """Write-ahead log, foreign keys, patience; a writer begins as one."""

    @event.listens_for(engine, "connect")
    def opened(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own connection
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def alembic_config() -> Config:
    """Where the migrations lie."""
    config = Config()
    config.set_main_option("script_location", str(files("serve").joinpath("migrations")))
    return config


def check_version(engine: Engine, upgrade: bool) -> None:
    """Bring the tables up to date; refuse those of a newer program."""
    config = alembic_config()
    script = ScriptDirectory.from_config(config)
    with engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        held = MigrationContext.configure(connection).get_current_revision()
        if held == script.get_current_head():
            return
        if held is not None and held not in {one.revision for one in script.walk_revisions()}:
            raise StoreError(f"the database is at version {held}, newer than this program: install the newer program")
        if not upgrade:
            raise StoreError(f"the database is at version {held}: run minwon admin upgrade")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if connection.execute(select(Head.id)).first() is None:
            connection.execute(Head.__table__.insert().values(id=1, events=0, digest=FIRST))  # type: ignore[attr-defined]


def answers(store: Store) -> bool:
    """Whether the database answers now."""
    try:
        with store.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True

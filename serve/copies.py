"""Copies of a store: made while it is in use, and put back. SQLite by itself, PostgreSQL by its own tools."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from serve.store import StoreError


def backup(url: str, target: Path) -> None:
    """Copy a store that may be in use, whole and consistent. Raises StoreError; nothing half-written is left."""
    address = address_of(url)
    partial = target.with_suffix(f"{target.suffix}.partial")
    try:
        if address.get_backend_name() == "sqlite":
            copy_sqlite(Path(str(address.database)), partial)
        else:
            run_tool(address, "pg_dump", "--format=custom", "--no-owner", f"--file={partial}")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def restore(url: str, source: Path) -> None:
    """Put a copy in the place of a store that is not in use. A SQLite store that was there is kept beside it, a
    PostgreSQL store is replaced whole or not at all. Raises StoreError.
    """
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        return restore_sqlite(Path(str(address.database)), source)
    if not source.is_file():
        raise StoreError(f"{source}: there is no such copy")
    return run_tool(
        address, "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
        f"--dbname={address.database}", str(source),
    )  # fmt: skip


def address_of(url: str) -> URL:
    """The parts of a database's address. Raises StoreError for one that cannot be copied."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"MINWON_DATABASE: {error}: write sqlite:///FILE or postgresql+psycopg://…") from error
    if address.get_backend_name() not in ("sqlite", "postgresql") or not address.database:
        raise StoreError(f"{address.render_as_string()}: only SQLite files and PostgreSQL databases can be copied")
    return address


def run_tool(address: URL, tool: str, *arguments: str) -> None:
    """Run one of PostgreSQL's tools on a database; the password goes by the environment, where `ps` does not show it.

    Raises StoreError with what the tool said.
    """
    program = shutil.which(tool)
    if program is None:
        raise StoreError(f"{tool} is not installed: it comes with PostgreSQL's client (Debian: postgresql-client)")
    host = address.host or address.query.get("host")
    named = {
        "PGHOST": host if isinstance(host, str) else None,
        "PGPORT": str(address.port) if address.port else None,
        "PGUSER": address.username,
        "PGPASSWORD": str(address.password) if address.password else None,
        "PGDATABASE": address.database,
    }
    environment = {**os.environ, **{name: value for name, value in named.items() if value}}
    done = subprocess.run(
        [program, "--no-password", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise StoreError(f"{tool} of {address.render_as_string()}: {' '.join(lines)}")


def copy_sqlite(source: Path, partial: Path) -> None:
    """SQLite's own online copy, checked. Raises StoreError."""
    if not source.exists():
        raise StoreError(f"{source}: there is no such store")
    with closing(sqlite3.connect(source)) as held, closing(sqlite3.connect(partial)) as copy:
        held.backup(copy)
        (said,) = copy.execute("PRAGMA integrity_check").fetchone()
    if said != "ok":
        raise StoreError(f"{source}: the copy is damaged ({said}): nothing was written")


def restore_sqlite(target: Path, source: Path) -> None:
    """Put a copy in a SQLite store's place. Raises StoreError."""
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as held:
            (said,) = held.execute("PRAGMA integrity_check").fetchone()
            held.execute("SELECT events FROM head").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{source}: not a copy of a store: {error}") from error
    if said != "ok":
        raise StoreError(f"{source}: damaged ({said})")
    if target.exists():
        with closing(sqlite3.connect(target)) as held:
            held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        target.replace(target.with_suffix(f"{target.suffix}.before"))
    for tail in ("-wal", "-shm"):
        Path(f"{target}{tail}").unlink(missing_ok=True)
    shutil.copyfile(source, target)

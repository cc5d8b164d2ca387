"""What all tables of the store share: how moments and texts are kept."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, String
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator


def readable(text: str) -> str:
    """A text without what no database takes: the character NUL, and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


class Words(TypeDecorator[str]):
    """A text that every database takes."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the database."""
        return readable(value) if value else value


CODE, NAME, LONG, TEXT = Words(64), Words(200), Words(500), Words()


class Moment(TypeDecorator[datetime]):
    """A moment: stored as UTC without a zone, so that both databases compare it alike; given back with its zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database. A moment without a zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: give it one")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    """What all tables share."""

    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012

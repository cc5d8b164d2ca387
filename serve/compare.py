"""Comparison: how far the past department of each row agrees with the routing, by department."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from models.orgchart import OrgChart
from nlp.messages import say
from nlp.table import Row, Table, TableError, text
from serve.headings import summary
from serve.record import Record
from serve.workbook import Section


@dataclass(slots=True)
class Comparison:
    """Past departments against proposed lead offices. `names` maps names and short names to offices' ids."""

    column: int
    names: dict[str, str]
    shown: dict[str, str]
    proposed: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @classmethod
    def over(cls, table: Table, column: str, chart: OrgChart) -> Self:
        """A comparison with one of the table's columns. Raises TableError when there is no such column."""
        if column not in table.columns:
            listed = ", ".join(table.columns)
            raise TableError(say("no_column", path=Path(table.path), column=column, columns=listed))
        names = {
            name: office.id for office in chart.offices.values() for name in (*office.aliases, office.name, office.id)
        }
        return cls(table.columns.index(column), names, {key: one.name for key, one in chart.offices.items()})

    def add(self, row: Row, record: Record) -> None:
        """Count one row; one without a past department or with an error is left out."""
        past = text(row[self.column]).strip()
        if past and not record.error:
            self.proposed[past][record.lead_office] += 1

    def office(self, past: str) -> str:
        """The office that a past department's name means; the last word of a path (`하남시 건축과`) will do."""
        words = past.replace(">", " ").split()
        return self.names.get(past) or self.names.get(words[-1] if words else "", "")

    def rows(self) -> list[tuple[str, int, float | str, str]]:
        """Past department, cases, share that agrees (a dash where the name is unknown), most proposed office."""
        made: list[tuple[str, int, float | str, str]] = []
        for past, counts in sorted(self.proposed.items(), key=lambda pair: -pair[1].total()):
            office = self.office(past)
            agreed: float | str = counts[office] / counts.total() if office else "-"
            made.append((past, counts.total(), agreed, self.shown[counts.most_common(1)[0][0]]))
        return made

    def totals(self) -> tuple[int, int]:
        """Rows that agree, and rows whose past department is known."""
        known = {past: counts for past, counts in self.proposed.items() if self.office(past)}
        return sum(counts[self.office(past)] for past, counts in known.items()), sum(c.total() for c in known.values())

    def unknown(self) -> list[str]:
        """Past departments that the org chart does not know."""
        return [past for past in self.proposed if not self.office(past)]

    def sections(self) -> list[Section]:
        """The comparison as a table."""
        headings = (summary("past"), summary("count"), summary("agreed"), summary("most"))
        return [(headings, self.rows())]

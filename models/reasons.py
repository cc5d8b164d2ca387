"""Reasons: why a complaint is routed as it is, in plain Korean, with the sentence that carries it."""

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from models.city import City
from models.orgchart import Office, OrgChart
from models.router import UNCLEAR, DutyScore, Handling, Routing
from nlp.reading import Reading

LONGEST_QUOTE = 90


@cache
def phrases() -> dict[str, str]:
    """The phrases of `models/data/reasons.toml`."""
    return tomllib.loads(files("models").joinpath("data/reasons.toml").read_text(encoding="utf-8"))


def reasons(reading: Reading, routing: Routing, chart: OrgChart, city: City) -> tuple[str, ...]:
    """The reasons of one routing, the lead's first, the handling's last."""
    return (*about_offices(reading, routing, chart), *about_case(reading, routing, city), about_handling(routing))


def about_offices(reading: Reading, routing: Routing, chart: OrgChart) -> Iterator[str]:
    """Why these offices."""
    say = phrases()
    lead = routing.top[0]
    if lead.duty == UNCLEAR:
        yield say["unclear"]
    elif routing.put_through:
        yield say["put_through"].format(name=routing.put_through, office=routing.lead.name)
    else:
        yield duty_reason("lead", lead, routing.lead, reading, chart)
    for office in routing.support:
        duty = next(one for one in routing.duties if one.office == office.id)
        yield duty_reason("support", duty, office, reading, chart)
    if routing.partners:
        yield say["partners"].format(offices=named(routing.partners))
    if routing.transfer:
        yield say[routing.transfer].format(office=routing.lead.name)


def about_case(reading: Reading, routing: Routing, city: City) -> Iterator[str]:
    """What makes the case what it is."""
    say = phrases()
    if not routing.support and routing.several >= 0.5:
        yield say["several"].format(percent=percent(routing.several))
    if routing.complexity >= city.consultation_level:
        yield say["level"].format(level=routing.complexity, name=city.levels[routing.complexity])
    yield from (say[flag] for flag in routing.flags)
    elsewhere = dict.fromkeys(one.key for one in reading.mentions if one.kind == "municipality")
    if elsewhere:
        yield say["elsewhere"].format(cities=", ".join(elsewhere))


def about_handling(routing: Routing) -> str:
    """Who looks first, and when the lead is in doubt, between whom."""
    say = phrases()
    if routing.handling is Handling.COORDINATOR and routing.rivals and routing.top[0].duty != UNCLEAR:
        doubt = say["doubtful"].format(offices=named([routing.lead, *routing.rivals]))
        return f"{doubt} {say['coordinator']}"
    return say[routing.handling].format(office=routing.lead.name)


def duty_reason(phrase: str, duty: DutyScore, office: Office, reading: Reading, chart: OrgChart) -> str:
    """One duty's reason with its quotation."""
    quote = quotation(reading, duty.evidence)
    return phrases()[phrase].format(
        office=office.name, duty=chart.duties[duty.duty].name, percent=percent(duty.probability), quote=quote
    )


def quotation(reading: Reading, sentence: int) -> str:
    """The sentence, shortened in the middle when it is long."""
    text = reading.sentences[sentence].text
    return text if len(text) <= LONGEST_QUOTE else f"{text[:60]} … {text[-24:]}"


def named(offices: Sequence[Office]) -> str:
    """Names in a row."""
    return ", ".join(office.name for office in offices)


def percent(probability: float) -> int:
    """A probability in whole percent; never 100, which no model may claim."""
    return min(99, round(100 * probability))

from collections.abc import Callable
from pathlib import Path

import pytest

from models.city import City, load_city
from models.orgchart import ConfigError


def test_periods_are_those_of_the_decree(city: City) -> None:
    days = {key: kind.period_days for key, kind in city.kinds.items()}
    assert days["inquiry_law"] == 14
    assert days["inquiry_procedure"] == 7
    assert days["suggestion"] == 14
    assert days["grievance"] == 7
    assert days["statutory"] is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("period_days = 7", "period_days = -7", 1), "period_days is -7"),
        (lambda text: text.replace("first_time_right = 0.95", "first_time_right = 95", 1), "first_time_right is 95"),
        (lambda text: text.replace("coverage = 0.95", "coverage = 2", 1), "office_set_coverage is 2"),
        (lambda text: text.replace("coordinator_level = 4", "coordinator_level = 9", 1), "coordinator_level is 9"),
        (lambda text: text.replace("[router]", "[rooter]", 1), "router"),
        (lambda text: text.replace('1 = "단순"', "", 1), "levels"),
        (lambda text: text.replace("[levels]", "[levels", 1), "mend that line"),
    ],
)
def test_a_bad_rule_is_refused_in_a_sentence(
    city_folder: Callable[..., Path], change: Callable[[str], str], said: str
) -> None:
    with pytest.raises(ConfigError, match=r"city\.toml") as caught:
        load_city(city_folder(city=change))
    assert said in str(caught.value)


def test_hours_out_of_order_are_refused(city_folder: Callable[..., Path]) -> None:
    folder = city_folder(city=lambda text: text.replace("closes = 18:00:00", "closes = 08:00:00", 1))
    with pytest.raises(ConfigError, match="each after the last"):
        load_city(folder)


def test_a_day_off_in_quotes_is_refused(city_folder: Callable[..., Path]) -> None:
    folder = city_folder(city=lambda text: text.replace("closed = []", 'closed = ["2026-09-01"]', 1))
    with pytest.raises(ConfigError, match="without quotes"):
        load_city(folder)

"""Settings from an environment: defaults, and refusals that say what to write."""

import pytest

from serve.cli import REFUSED, main
from serve.settings import SettingError, read_settings


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = read_settings({"PATH": "/bin", "MINWON_PORT": ""})
    assert (settings.host, settings.port, settings.model, settings.workers) == ("127.0.0.1", 8080, None, 1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"MINWON_PORT": "http"}, "MINWON_PORT is 'http'"),
        ({"MINWON_BATCH": "0"}, "from 1 to 256"),
        ({"MINWON_HTTPS": "yes"}, "from 0 to 1"),
        ({"MINWON_PROT": "80"}, "MINWON_PROT: no such setting"),
    ],
)
def test_a_bad_setting_is_refused_by_name(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingError, match=said):
        read_settings(given)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "99999"], "MINWON_PORT is '99999'"),
        (["--model", "/nowhere"], "/nowhere: no manifest.json"),
        (["--config", "/nowhere"], "city.toml: not in the folder /nowhere"),
    ],
)
def test_a_server_that_cannot_start_says_why_in_one_line(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *options]) == REFUSED
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1

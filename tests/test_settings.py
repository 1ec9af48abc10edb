from pathlib import Path

import pytest

from kg.errors import SettingError
from kg.settings import Settings, read_settings


def test_flags_win_over_variables_and_variables_over_the_file(tmp_path):
    config = tmp_path / "kg.toml"
    config.write_text('workers = 2\ntext = "full"\noutput = "from-file"\n')
    environ = {"KG_WORKERS": "3", "KG_OUTPUT": "from-variable"}
    settings = read_settings(config, environ=environ, output=Path("from-flag"), text=None)
    assert (settings.workers, settings.text, settings.output) == (3, "full", Path("from-flag"))


def test_no_file_and_no_variable_give_the_defaults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_settings(environ={}) == Settings()


@pytest.mark.parametrize(
    ("toml", "environ", "message"),
    [
        ("wrokers = 2", {}, 'Did you mean "workers"'),
        ('workers = "many"', {}, "workers must be a int"),
        ("workers = -1", {}, "workers must be 0"),
        ('text = "some"', {}, "text must be"),
        ("min_confidence = 2", {}, "between 0 and 1"),
        ("workers = ", {}, "cannot be read as TOML"),
        ("", {"KG_DRAW": "perhaps"}, "the environment: draw must be a bool"),
    ],
)
def test_a_wrong_setting_says_where_and_what(tmp_path, toml, environ, message):
    config = tmp_path / "kg.toml"
    config.write_text(toml)
    with pytest.raises(SettingError, match=message):
        read_settings(config, environ=environ)


def test_a_named_file_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(SettingError, match="does not exist"):
        read_settings(tmp_path / "none.toml", environ={})

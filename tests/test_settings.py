"""annomirror.toml and the environment → settings."""

from pathlib import Path

import pytest

from etl import settings
from etl.errors import ConfigurationError

CANARY = "canary0123456789canary0123456789canary01"
SOURCE = f"""\
[sources.labels]
platform = "label_studio"
url = "https://label-studio.example.com"
token = "{CANARY}"
"""


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    for name in ("ANNOMIRROR_CONFIG", "ANNOMIRROR_DATABASE", "LABEL_STUDIO_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def written(folder, text=SOURCE, name=settings.FILE):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def source(text):
    written(Path.cwd(), text)
    return settings.read().sources[0]


def refused(text):
    """Read a configuration that cannot be used, and give what is said about it."""
    written(Path.cwd(), text)
    with pytest.raises(ConfigurationError) as caught:
        settings.read()
    assert CANARY not in str(caught.value)
    return str(caught.value)


# Where it is looked for


def test_the_users_own_configuration_is_the_last_resort(tmp_path):
    path = written(tmp_path / "home" / "annomirror")
    assert settings.read().path == path


def test_the_environment_names_a_configuration_before_the_users_own(tmp_path, monkeypatch):
    written(tmp_path / "home" / "annomirror")
    path = written(tmp_path / "elsewhere", name="other.toml")
    monkeypatch.setenv("ANNOMIRROR_CONFIG", str(path))
    assert settings.read().path == path


def test_the_current_directory_comes_before_the_environment(tmp_path, place, monkeypatch):
    monkeypatch.setenv("ANNOMIRROR_CONFIG", str(written(tmp_path / "elsewhere")))
    path = written(place)
    assert settings.read().path == path


def test_the_option_wins_over_every_other_place(tmp_path, place, monkeypatch):
    written(place)
    monkeypatch.setenv("ANNOMIRROR_CONFIG", str(written(tmp_path / "elsewhere")))
    path = written(tmp_path / "chosen")
    assert settings.read(str(path)).path == path


def test_without_a_configuration_the_places_and_the_next_step_are_named(place, tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        settings.read()
    said = str(caught.value)
    assert str(place / settings.FILE) in said
    assert str(tmp_path / "home" / "annomirror" / settings.FILE) in said
    assert "annomirror init" in said


def test_an_option_that_names_no_file_does_not_fall_back(place):
    written(place)
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml"):
        settings.read("nowhere.toml")


def test_broken_toml_is_an_error_with_file_and_line(place):
    said = refused("[sources.labels\nplatform = 1\n")
    assert str(place / settings.FILE) in said
    assert "line 1" in said


def test_a_file_that_is_not_text_is_a_configuration_error(place):
    (place / settings.FILE).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="utf-8"):
        settings.read()


def test_the_mark_some_editors_begin_a_file_with_is_no_error(place):
    (place / settings.FILE).write_text("\ufeff" + SOURCE, encoding="utf-8")
    assert settings.read().sources[0].name == "labels"


@pytest.mark.parametrize("option", [None, "nowhere.toml"])
def test_a_configuration_that_is_named_counts_as_there(place, monkeypatch, option):
    assert settings.is_there(option) is bool(option)
    monkeypatch.setenv("ANNOMIRROR_CONFIG", "elsewhere.toml")
    assert settings.is_there(option)


def test_a_source_that_is_named_twice_is_selected_once(place):
    written(place)
    assert [s.name for s in settings.read().select(["labels", "labels"])] == ["labels"]


# ${NAME}


def test_a_variable_is_taken_from_the_environment(monkeypatch):
    monkeypatch.setenv("LABEL_STUDIO_TOKEN", "from-environment")
    read = source(SOURCE.replace(CANARY, "${LABEL_STUDIO_TOKEN}"))
    assert read.secret("token") == "from-environment"


def test_a_variable_is_taken_from_dotenv_beside_the_configuration(tmp_path):
    path = written(tmp_path / "chosen", SOURCE.replace(CANARY, "${LABEL_STUDIO_TOKEN}"))
    path.with_name(".env").write_text("LABEL_STUDIO_TOKEN=from-file\n")
    assert settings.read(str(path)).sources[0].secret("token") == "from-file"


def test_the_environment_wins_over_dotenv(place, monkeypatch):
    (place / ".env").write_text("LABEL_STUDIO_TOKEN=from-file\n")
    monkeypatch.setenv("LABEL_STUDIO_TOKEN", "from-environment")
    read = source(SOURCE.replace(CANARY, "${LABEL_STUDIO_TOKEN}"))
    assert read.secret("token") == "from-environment"


def test_an_unset_variable_is_named_with_its_key():
    said = refused(SOURCE.replace(CANARY, "${LABEL_STUDIO_TOKEN}"))
    assert "sources.labels.token" in said
    assert "LABEL_STUDIO_TOKEN is not set" in said


def test_a_variable_inside_a_list_is_replaced(monkeypatch):
    monkeypatch.setenv("PROJECT", "Street scenes")
    assert source(SOURCE + 'projects = ["${PROJECT}", 7]\n').parts == ("Street scenes", 7)


def test_a_dotenv_that_is_not_text_is_a_configuration_error(place):
    written(place)
    (place / ".env").write_bytes(b"A=\xff\xfe\n")
    with pytest.raises(ConfigurationError, match=r"\.env: .*utf-8"):
        settings.read()


def test_whoever_asks_only_the_mirror_needs_no_credential_and_gets_none(place):
    written(place, SOURCE.replace(CANARY, "${LABEL_STUDIO_TOKEN}"))
    assert settings.read(secrets=False).sources[0].options == {}
    written(place)
    assert settings.read(secrets=False).sources[0].options == {}


@pytest.mark.parametrize(
    "text", ["sources = 5\n", "sources.labels = 5\n", SOURCE + "page_siz = 5\n"]
)
def test_without_credentials_everything_else_is_checked_all_the_same(place, text):
    written(place, text)
    with pytest.raises(ConfigurationError):
        settings.read(secrets=False)


# The database


def test_a_relative_database_is_relative_to_the_configuration(tmp_path):
    path = written(tmp_path / "chosen", '[mirror]\ndatabase = "sqlite:///data/mirror.db"\n')
    assert str(settings.read(str(path)).mirror) == f"sqlite:///{tmp_path}/chosen/data/mirror.db"


def test_without_a_database_the_mirror_lies_beside_the_configuration(place):
    written(place)
    assert str(settings.read().mirror) == f"sqlite:///{place}/mirror.db"


@pytest.mark.parametrize("database", ["sqlite:////srv/mirror.db", "postgresql://user@host/db"])
def test_an_absolute_database_is_left_as_it_is(place, database):
    written(place, f'[mirror]\ndatabase = "{database}"\n')
    assert str(settings.read().mirror) == database


def test_the_environments_database_wins(place, monkeypatch):
    monkeypatch.setenv("ANNOMIRROR_DATABASE", "sqlite:////srv/other.db")
    written(place, '[mirror]\ndatabase = "sqlite:///mirror.db"\n')
    assert str(settings.read().mirror) == "sqlite:////srv/other.db"


# Secrets


def test_no_repr_shows_a_token(place):
    written(place)
    read = settings.read()
    assert CANARY not in f"{read!r} {read} {read.sources[0]!r} {read.sources[0].options}"
    assert read.sources[0].secret("token") == CANARY


def test_a_misspelt_credential_is_named_without_its_value():
    assert "did you mean 'token'?" in refused(SOURCE.replace("token =", "tokn ="))

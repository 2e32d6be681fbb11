"""annomirror init: a first configuration, and the token out of it."""

import tomllib

import pytest

from etl import settings

TOKEN = "canary0123456789canary0123456789canary01"
URL = "https://labels.example.com"


@pytest.fixture
def empty(site):
    site.configuration.unlink()
    return site


def mode(path):
    return oct(path.stat().st_mode & 0o777)


def test_what_is_written_is_a_configuration_that_works(empty, boxes, server):
    done = empty.run("init", "--url", server.url, "--token", server.token)
    assert done.exit_code == 0
    assert empty.run("check").exit_code == 0
    assert empty.run("sync").exit_code == 0


def test_the_token_goes_to_dotenv_for_its_owner_only(empty):
    done = empty.run("init", "--url", URL, "--token", TOKEN)
    assert TOKEN not in empty.configuration.read_text() + done.output
    assert (empty.folder / ".env").read_text() == f"LABEL_STUDIO_TOKEN={TOKEN}\n"
    assert mode(empty.folder / ".env") == "0o600"


def test_a_dotenv_that_is_there_keeps_its_lines_and_is_closed_to_others(empty):
    path = empty.folder / ".env"
    path.write_text("OTHER=1\nLABEL_STUDIO_TOKEN=old\n")
    path.chmod(0o644)
    empty.run("init", "--url", URL, "--token", TOKEN)
    assert path.read_text() == f"OTHER=1\nLABEL_STUDIO_TOKEN={TOKEN}\n"
    assert mode(path) == "0o600"


def test_nothing_is_overwritten_unless_forced(site):
    before = site.configuration.read_text()
    done = site.run("init", "--url", URL, "--token", TOKEN)
    assert (done.exit_code, site.configuration.read_text()) == (2, before)
    assert "--force" in done.stderr
    assert not (site.folder / ".env").exists()
    assert site.run("init", "--url", URL, "--force").exit_code == 0
    assert URL in site.configuration.read_text()


def test_without_a_terminal_nothing_is_asked(empty):
    done = empty.run("init")
    assert done.exit_code == 0
    assert "put LABEL_STUDIO_TOKEN=… into" in done.stdout
    assert not (empty.folder / ".env").exists()


def test_every_commented_setting_is_one_that_is_known(empty, monkeypatch):
    empty.run("init")
    text = empty.configuration.read_text()
    lines = [x.removeprefix("# ") for x in text.partition("# Optional")[2].splitlines()[1:]]
    assert len(lines) > 5
    (empty.folder / "company-ca.pem").write_text("-")
    empty.configuration.write_text("\n".join([text, *lines]))
    monkeypatch.setenv("LABEL_STUDIO_TOKEN", TOKEN)
    assert settings.read().sources[0].parts == ("Street scenes", 7)


@pytest.mark.parametrize("url", ['http://a"b', "http://{x}", "http://a\\b", "nonsense"])
def test_an_odd_url_is_refused_or_written_as_it_is(empty, url):
    done = empty.run("init", "--url", url)
    if done.exit_code == 0:
        content = tomllib.loads(empty.configuration.read_text())
        assert content["sources"]["labels"]["url"] == url
    else:
        assert done.exit_code == 2
        assert not empty.configuration.exists()


def test_the_option_chooses_the_place(empty):
    (empty.folder / "sub").mkdir()
    empty.run("init", "--config", "sub/mine.toml", "--url", URL, "--token", TOKEN)
    assert (empty.folder / "sub" / "mine.toml").exists()
    assert (empty.folder / "sub" / ".env").exists()


def test_a_folder_that_is_not_there_is_a_usage_error(empty):
    done = empty.run("init", "--config", "nowhere/mine.toml")
    assert done.exit_code == 2
    assert "nowhere/mine.toml cannot be written" in done.stderr

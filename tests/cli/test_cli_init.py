"""annomirror init: a first configuration, and the token out of it."""

import re
import tomllib

import pytest
from click.testing import _NamedTextIOWrapper

from etl import settings
from etl.errors import ConfigurationError
from etl.platforms import PLATFORMS

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


OF_THE_MIRROR = ("database", "ping_url")
VARIABLES = {
    "label_studio": {"LABEL_STUDIO_TOKEN"},
    "coco_annotator": {"COCO_PASSWORD"},
    "qianfan": {"QIANFAN_ACCESS_KEY", "QIANFAN_SECRET_KEY", "QIANFAN_SESSION_TOKEN"},
}


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_commented_setting_is_one_that_is_known(empty, monkeypatch, name):
    empty.run("init", "--platform", name)
    text = empty.configuration.read_text()
    comments = [x.removeprefix("# ") for x in text.splitlines() if x.startswith("# ")]
    lines = [x for x in comments if " = " in x and not x.startswith(OF_THE_MIRROR)]
    assert len(lines) > 5
    assert set(re.findall(r"\$\{([A-Z_]+)\}", text)) - {"NAME", "PING_URL"} == VARIABLES[name]
    (empty.folder / "company-ca.pem").write_text("-")
    empty.configuration.write_text("\n".join([text, *lines]))
    for variable in VARIABLES[name]:
        monkeypatch.setenv(variable, TOKEN)
    (read,) = settings.read().sources
    assert (read.name, read.platform) == (PLATFORMS[name].called, name)
    assert read.parts == (("Street scenes", 7) if PLATFORMS[name].restrict else ())
    assert read.page_size == PLATFORMS[name].page_size


def test_another_platform_has_an_account_of_its_own(empty):
    secret = 'it\'s \\ a #"${HOME}" b'
    said = ("--username", 'ann "a"', "--password", secret)
    done = empty.run("init", "--platform", "coco_annotator", "--url", URL, *said)
    assert (done.exit_code, secret in empty.configuration.read_text() + done.output) == (0, False)
    read = settings.read().sources[0]
    assert (read.secret("username"), read.secret("password")) == ('ann "a"', secret)
    assert mode(empty.folder / ".env") == "0o600"


def test_an_account_that_can_be_left_out_is_left_out(empty):
    done = empty.run("init", "--platform", "coco_annotator", "--url", URL)
    assert "COCO_PASSWORD" not in done.stdout
    assert settings.read().sources[0].options == {}


def test_a_password_that_is_still_to_come_is_asked_for(empty):
    done = empty.run("init", "--platform", "coco_annotator", "--url", URL, "--username", "ann")
    assert "put COCO_PASSWORD=… into" in done.stdout
    with pytest.raises(ConfigurationError, match="COCO_PASSWORD is not set"):
        settings.read()


def test_a_setting_of_another_platform_is_a_usage_error(empty):
    done = empty.run("init", "--platform", "qianfan", "--token", TOKEN)
    assert (done.exit_code, empty.configuration.exists()) == (2, False)
    assert "--token: not a setting of" in done.stderr


def test_on_a_terminal_a_wrong_address_is_asked_for_again(empty, monkeypatch):
    monkeypatch.setattr(_NamedTextIOWrapper, "isatty", lambda _self: True)
    done = empty.run("init", stdin=f"nonsense\n{URL}\n{TOKEN}\n")
    assert done.exit_code == 0
    assert settings.read().sources[0].url == URL
    assert settings.read().sources[0].secret("token") == TOKEN
    assert TOKEN not in done.output


def test_a_dotenv_that_is_a_folder_is_a_usage_error(empty):
    (empty.folder / ".env").mkdir()
    done = empty.run("init", "--url", URL, "--token", TOKEN)
    assert done.exit_code == 2
    assert ".env cannot be written" in done.stderr


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

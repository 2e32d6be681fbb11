"""What is refused in a configuration, and what is said about it."""

from datetime import timedelta

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
    monkeypatch.delenv("ANNOMIRROR_DATABASE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def source(place):
    def read(text):
        (place / settings.FILE).write_text(text)
        return settings.read().sources[0]

    return read


@pytest.fixture
def refused(source):
    def read(text):
        with pytest.raises(ConfigurationError) as caught:
            source(text)
        assert CANARY not in str(caught.value)
        return str(caught.value)

    return read


@pytest.mark.parametrize(
    ("text", "where", "near"),
    [
        ('sorces = "x"\n', "annomirror.toml", "sources"),
        ('[mirror]\ndatabse = "sqlite:///m.db"\n', "[mirror]", "database"),
        (f"{SOURCE}pagesize = 5\n", "[sources.labels]", "page_size"),
        (f"{SOURCE}project = [1]\n", "[sources.labels]", "projects"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(refused, text, where, near):
    said = refused(text)
    assert where in said
    assert f"did you mean {near!r}?" in said


def test_an_unknown_platform_is_refused_with_the_nearest(refused):
    said = refused(SOURCE.replace('"label_studio"', '"labelstudio"'))
    assert "did you mean 'label_studio'?" in said


def test_a_source_without_a_platform_is_told_which_there_are(refused):
    assert "platform is missing; there are: label_studio" in refused("[sources.labels]\n")


def test_an_unknown_stream_is_refused_with_the_nearest(refused):
    assert "did you mean 'tasks'?" in refused(SOURCE + 'streams = ["task"]\n')


def test_an_unknown_source_is_refused_with_the_nearest(source, place):
    source(SOURCE)
    with pytest.raises(ConfigurationError, match="did you mean 'labels'"):
        settings.read().select(["label"])


def test_a_missing_token_is_named_with_where_to_find_one(refused):
    said = refused(SOURCE.replace(f'token = "{CANARY}"\n', ""))
    assert "token is missing" in said
    assert "Account & Settings" in said


@pytest.mark.parametrize(
    "line",
    [
        'page_size = "500"',
        "page_size = true",
        "page_size = 0",
        "page_size = 10.5",
        'verify = "no"',
        'timeout = "1m"',
        "timeout = -1",
        "deadline = 0",
        'streams = "tasks"',
        'projects = "Boxes"',
        "projects = [1.5]",
        "lookback = 1.5",
        'lookback = "soon"',
        'ca_bundle = "nowhere.pem"',
        'max_delete_share = "20%"',
        "requests_per_second = 0",
        "requests_per_second = -2",
        "max_delete_share = 20",
        'server_timezone = "Mars/Olympus"',
        "timeout = nan",
        "deadline = inf",
        "page_size = 100000000",
        'lookback = "999999999999999d"',
        'lookback = "3651d"',
        'lookback = "\u0661\u0665m"',
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_its_key(refused, line):
    assert line.partition(" ")[0] in refused(f"{SOURCE}{line}\n")


@pytest.mark.parametrize("value", ["5", "[1, 2]", "true", f'["{CANARY}"]'])
def test_a_token_that_is_not_text_is_refused(refused, value):
    assert "token" in refused(SOURCE.replace(f'"{CANARY}"', value))


@pytest.mark.parametrize("text", ["mirror = 5\n", "sources = 5\n", "[sources]\nlabels = 5\n"])
def test_a_value_where_a_table_belongs_is_refused(refused, text):
    assert "should be a table" in refused(text)


def test_a_source_named_beyond_plain_characters_is_refused(refused):
    assert "name may have" in refused(SOURCE.replace("labels]", '"my labels"]'))


@pytest.mark.parametrize(
    "url",
    [
        "label-studio.example.com",
        "ftp://label-studio.example.com",
        f"https://user:{CANARY}@label-studio.example.com",
        "https://",
        "",
    ],
)
def test_a_url_without_scheme_or_with_credentials_is_refused(refused, url):
    assert "url" in refused(SOURCE.replace("https://label-studio.example.com", url))


@pytest.mark.parametrize(
    "url",
    [
        "http://host:port",
        "http://host:99999",
        "http://ho st",
        "http://[::1",
        "http://a..b",
        "http://ü..de",
        f"http://{'a' * 64}.de",
    ],
)
def test_a_url_no_client_can_open_is_refused(refused, url):
    assert "url" in refused(SOURCE.replace("https://label-studio.example.com", url))


def test_a_url_keeps_its_path_and_loses_its_last_slash(source):
    read = source(SOURCE.replace("example.com", "example.com/prefix/"))
    assert read.url == "https://label-studio.example.com/prefix"


@pytest.mark.parametrize(
    ("value", "seconds"), [('"90s"', 90), ('"15m"', 900), ('"2h"', 7200), ('"1d"', 86400), ("5", 5)]
)
def test_a_lookback_is_a_number_with_a_unit(source, value, seconds):
    assert source(f"{SOURCE}lookback = {value}\n").lookback == timedelta(seconds=seconds)


def test_a_certificate_is_relative_to_the_configuration(source, place):
    (place / "ca.pem").write_text("-")
    assert source(f'{SOURCE}ca_bundle = "ca.pem"\n').ca_bundle == str(place / "ca.pem")

"""COCO Annotator from the command line, over the wire."""

import json

import pytest
from click.testing import CliRunner

from annotators import PASSWORD, assert_mirrored, tombstones
from etl import client
from etl.address import SQLITE, Address
from etl.cli import main
from etl.database import connected
from etl.standins.coco_annotator import CocoAnnotator, catalogue, seed
from etl.standins.faults import Fault

ARRAY = "/api/annotation/"


class Site:
    """A folder with a configuration, a server to mirror, and the commands."""

    def __init__(self, folder, server):
        self.folder, self.server = folder, server
        self.configure()

    def configure(self, *lines, username="admin", password=PASSWORD):
        source = {"platform": "coco_annotator", "url": self.server.url}
        source |= {"username": username, "password": password}
        settings = [f'{name} = "{value}"' for name, value in source.items() if value]
        head = ["[mirror]", 'database = "sqlite:///mirror.db"', "[sources.boxes]"]
        text = "\n".join([*head, *settings, *lines, ""])
        (self.folder / "annomirror.toml").write_text(text)

    def run(self, *arguments):
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    def sync(self, *arguments):
        """Synchronise; give the exit code and the streams' reports."""
        done = self.run("sync", "--json", *arguments)
        said = json.loads(done.stdout)
        return done.exit_code, {one["stream"]: one for one in said["streams"]}

    def assert_mirrored(self, *kinds):
        with connected(Address(SQLITE, str(self.folder / "mirror.db"))) as session:
            assert_mirrored(session, self.server.state, *kinds)
            return tombstones(session, "annotations")


@pytest.fixture
def site(tmp_path, monkeypatch):
    for name in ("ANNOMIRROR_CONFIG", "ANNOMIRROR_DATABASE", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(client, "LONGEST_PAUSE", 0.0)
    monkeypatch.chdir(tmp_path)
    with CocoAnnotator() as server:
        seed.lively(server.state)
        yield Site(tmp_path, server)
        assert server.side_effects == []


def test_three_runs_over_the_wire(site):
    assert site.sync()[0] == 0
    code, idle = site.sync()
    assert (code, sum(one["requests"] for one in idle.values())) == (0, 22)
    assert {one[n] for one in idle.values() for n in ("inserted", "updated", "deleted")} == {0}
    seed.work_a_while(site.server.state)
    assert site.sync()[0] == 0
    site.assert_mirrored()


def test_no_request_calls_itself_json_and_all_carry_the_session(site):
    site.sync()
    gets = [request.headers for request in site.server.requests if request.method == "GET"]
    assert all("content-type" not in head for head in gets)
    assert len({head["cookie"] for head in gets}) == 1


@pytest.mark.parametrize("cut", [0, 5_000, 60_000])
def test_a_connection_cut_in_the_big_array_concludes_nothing(site, cut):
    site.sync()
    before = site.assert_mirrored()
    catalogue.erase(site.server.state, "annotations", 20)
    site.server.faults.append(Fault(path=ARRAY, times=None, cut_after=cut))
    code, said = site.sync()
    assert (code, said["annotations"]["outcome"]) == (3, "failed")
    site.server.faults.clear()
    assert site.sync()[0] == 0
    assert site.assert_mirrored().keys() == before.keys() | {20}


def test_a_connection_cut_once_is_only_asked_again(site):
    site.server.faults.append(Fault(path=ARRAY, cut_after=5_000))
    site.server.faults.append(Fault(path="/api/image/", skip=2, close=True))
    code, said = site.sync()
    assert (code, said["annotations"]["requests"]) == (0, 5)
    site.assert_mirrored()


def test_a_session_that_expires_during_the_run_is_renewed(site):
    site.server.faults.append(
        Fault(path=ARRAY, status=401, body=b'{"message": "Authorization required"}')
    )
    assert site.sync()[0] == 0
    logins = [request for request in site.server.requests if request.method == "POST"]
    assert len(logins) == 2
    site.assert_mirrored()


def test_a_refused_login_fails_every_stream_with_one_request(site):
    site.configure(password="tr0ub4dor")
    done = site.run("sync")
    assert done.exit_code == 1
    assert len(site.server.requests) == 1
    assert "the server refuses 'admin' (Could not authenticate user)" in done.stderr
    assert "tr0ub4dor" not in done.output


def test_a_server_without_a_login_needs_no_account(site):
    site.server.state.login_disabled = True
    site.configure(username="", password="")
    assert site.sync()[0] == 0
    site.assert_mirrored("datasets", "images", "annotations", "exports", "tasks")
    assert "login disabled" in site.run("check").stdout


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('datasets = ["steet"]', "there are: fields, harbour, street"),
        ('categories = ["care"]', "categories care: not on the server"),
        ('datset = ["street"]', "did you mean 'datasets'?"),
        ("concurrency = 5", "should be 4 at most"),
    ],
)
def test_a_restriction_to_what_is_not_there_is_a_configuration_error(site, line, said):
    site.configure(line)
    done = site.run("sync")
    assert done.exit_code == 2
    assert said in done.stderr


def test_status_says_what_a_mirror_is_restricted_to(site):
    site.configure('datasets = ["street"]', "annotated = true", 'folder = "train"')
    assert site.sync()[0] == 0
    said = site.run("status").stdout
    assert "boxes is restricted to" in said
    for restriction in ("street", "annotated = true", 'folder = "train"'):
        assert restriction in said


def test_check_says_who_we_are_and_what_stays_unseen(site):
    site.server.state.add_user("mo", "secret")
    site.configure(username="mo", password="secret")
    done = site.run("check")
    assert done.exit_code == 0
    assert "as mo (no administrator, " in done.stdout
    assert "the datasets shared with it" in done.stdout


def test_a_server_that_breaks_on_one_route_fails_only_that_stream(site):
    site.server.faults.append(
        Fault(path="/api/tasks/", times=None, status=500, body=b'{"message": "Internal"}')
    )
    code, said = site.sync()
    failed = [name for name, one in said.items() if one["outcome"] != "ok"]
    assert (code, failed) == (3, ["tasks"])
    site.assert_mirrored("datasets", "images", "annotations", "users", "exports")


def test_a_web_page_instead_of_the_big_array_is_an_error(site):
    page = {"body": b"<html>Please log in</html>", "content_type": "text/html"}
    site.server.faults.append(Fault(path=ARRAY, times=None, status=200, **page))
    code, said = site.sync()
    assert (code, said["annotations"]["outcome"]) == (3, "failed")
    assert "web page" in said["annotations"]["error"]

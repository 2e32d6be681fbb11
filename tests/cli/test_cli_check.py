"""annomirror check: what is wrong with a source or the mirror, and what to do about it."""

import json

import pytest

from etl.standins.clock import Clock
from etl.standins.exchange import Answer
from etl.standins.faults import Fault
from etl.standins.server import StandIn

CANARY = "canary0123456789canary0123456789canary01"


class Other:
    """A server that is no Label Studio and always says the same."""

    def __init__(self, body, content_type="application/json", status=200):
        self.said = Answer(status=status, body=body, content_type=content_type)

    def now(self):
        return Clock().now()

    def answer(self, _request):
        return self.said


def failed(done):
    assert done.exit_code == 1
    assert done.stderr.startswith("labels: FAILED: ")
    assert "FAILED" not in done.stdout
    return done.stderr


@pytest.mark.parametrize("kind", ["token", "personal_token"])
def test_a_good_source_says_version_account_and_how_much_is_seen(site, boxes, server, kind):
    site.configure(token=getattr(server, kind))
    done = site.run("check")
    name = "personal access token" if kind == "personal_token" else "legacy token"
    assert done.exit_code == 0
    assert f"labels: Label Studio 1.23.2 (Community) at {server.url}\n" in done.stdout
    assert f"labels: as admin@example.com ({name}), organisation Label Studio, 1 projects" in (
        done.stdout
    )
    assert "mirror.db, not there yet; sync makes it" in done.stdout


def test_check_makes_no_mirror(site, boxes):
    site.run("check")
    assert not site.mirror.exists()


def test_a_mirror_that_is_there_is_told_with_its_schema(site, boxes):
    site.mirrored()
    assert "mirror.db, schema 00" in site.run("check").stdout


def test_a_server_that_does_not_answer_is_named(site):
    site.configure(url="http://127.0.0.1:9")
    assert "http://127.0.0.1:9 does not answer" in failed(site.run("check"))


def test_a_host_that_does_not_exist_is_named(site):
    site.configure(url="http://no-such-host.invalid")
    assert "http://no-such-host.invalid does not answer" in failed(site.run("check"))


def test_a_wrong_legacy_token_is_told_from_a_disabled_one(site, server):
    site.configure(token=CANARY)
    assert "sent as a legacy token" in failed(site.run("check"))
    site.configure()
    server.tokens.settings["legacy_api_tokens_enabled"] = False
    assert "legacy tokens are disabled" in failed(site.run("check"))


def test_a_revoked_personal_token_says_so(site, server):
    token = server.personal_token
    server.tokens.revoke(token)
    site.configure(token=token)
    assert "Token is blacklisted" in failed(site.run("check"))


def test_an_account_without_an_organisation_is_told_what_to_ask_for(site, server):
    server.state.remove_member(1)
    said = failed(site.run("check"))
    assert "in no organisation" in said
    assert "invite the account again" in said


@pytest.mark.parametrize(
    "token", [CANARY, f"{CANARY}\\n", f"{CANARY}\\r\\nX-A: b", f"{CANARY}ключ"]
)
def test_no_token_is_ever_printed(site, server, token):
    site.configure(token=token)
    done = site.run("-vv", "check")
    assert done.exit_code != 0
    assert CANARY not in done.output


NO_LABEL_STUDIO = {
    "json": Other(b'{"hello": "world"}'),
    "a list": Other(b"[1, 2, 3]"),
    "a web page": Other(b"<!doctype html><title>Shop</title>", "text/html"),
    "a web page that says it is json": Other(b"<!doctype html><title>Shop</title>"),
    "text": Other(b"hello", "text/plain"),
    "nothing": Other(b""),
    "404": Other(b"<html>not found</html>", "text/html", 404),
    "500": Other(b"oops", "text/plain", 500),
}


@pytest.mark.parametrize("app", NO_LABEL_STUDIO.values(), ids=NO_LABEL_STUDIO.keys())
def test_a_server_that_is_no_label_studio_is_found_out(site, app):
    with StandIn(app) as other:
        site.configure(url=other.url)
        said = failed(site.run("check"))
    assert "Traceback" not in said
    assert len(said) < 500


@pytest.mark.parametrize("name", ["json", "a web page", "nothing"])
def test_a_server_that_is_no_label_studio_is_not_mirrored(site, name):
    with StandIn(NO_LABEL_STUDIO[name]) as other:
        site.configure(url=other.url)
        done = site.run("sync", "--json")
    assert done.exit_code == 1
    assert {s["outcome"] for s in json.loads(done.stdout)["streams"]} == {"failed"}


def test_what_the_account_may_not_read_is_told_by_stream(site, server):
    server.faults.append(
        Fault(path="/api/users/", times=None, status=403, body=b'{"detail": "no"}')
    )
    done = site.run("check")
    assert done.exit_code == 1
    assert done.stderr == "labels: may not read users: GET /api/users/: HTTP 403: no\n"
    assert "mirror.db, not there yet" in done.stdout


@pytest.mark.parametrize(
    ("project", "code"), [("Boxes", 0), ("1", 0), ("Nope", 2)], ids=["title", "id", "nothing"]
)
def test_a_restriction_to_what_is_not_there_is_found(site, boxes, project, code):
    site.configure(f'projects = ["{project}"]')
    done = site.run("check")
    assert done.exit_code == code
    assert ("labels: FAILED: no project Nope; there are: 'Boxes' (1)" in done.stderr) == bool(code)


@pytest.mark.parametrize(
    "database",
    [f"postgresql://u:{CANARY}@127.0.0.1:9/db", f"postgresql://u@/db?host=/no&password={CANARY}"],
)
def test_no_password_of_the_mirror_is_ever_printed(site, monkeypatch, database):
    monkeypatch.setenv("ANNOMIRROR_DATABASE", database)
    done = site.run("-v", "check")
    assert (done.exit_code, CANARY in done.output) == (1, False)
    assert "mirror: FAILED: " in done.stderr


def test_where_the_mirror_is_is_told_without_the_query(postgres_server, site, monkeypatch):
    url = postgres_server.get_uri()
    monkeypatch.setenv("ANNOMIRROR_DATABASE", f"{url}&password={CANARY}")
    done = site.run("check")
    assert (done.exit_code, CANARY in done.output, "?" in done.stdout) == (0, False, False)
    assert "mirror: postgresql://" in done.stdout


def test_an_environment_no_client_works_with_is_said_and_the_mirror_looked_at(site, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "foo://here:1")
    done = site.run("check")
    assert done.exit_code == 2
    assert done.stderr.startswith("labels: FAILED: labels: no connection can be made")
    assert "mirror.db, not there yet" in done.stdout


def test_a_folder_that_is_not_there_is_named(site):
    text = site.configuration.read_text()
    site.configuration.write_text(text.replace("///mirror.db", "///nowhere/mirror.db"))
    done = site.run("check")
    assert done.exit_code == 1
    assert f"the folder {site.folder}/nowhere for the mirror is not there" in done.stderr


def test_a_file_that_is_no_database_is_named(site, boxes):
    site.mirror.write_bytes(b"my diary\n" * 1000)
    for command in (["check"], ["sync"], ["status"]):
        done = site.run(*command)
        assert done.exit_code == 1
        assert "file is not a database" in done.stderr
    assert site.mirror.read_bytes() == b"my diary\n" * 1000


def test_one_bad_source_does_not_hide_another(site, server):
    more = ("[sources.more]", 'platform = "label_studio"', f'url = "{server.url}"')
    site.configure(*more, f'token = "{CANARY}"')
    done = site.run("check")
    assert done.exit_code == 1
    assert "labels: as admin@example.com" in done.stdout
    assert done.stderr.startswith("more: FAILED: the token is refused")
    assert len(done.stderr.splitlines()) == 1


def test_only_the_sources_named_are_checked(site, server):
    more = ("[sources.more]", 'platform = "label_studio"', f'url = "{server.url}"')
    site.configure(*more, f'token = "{CANARY}"')
    done = site.run("check", "labels")
    assert done.exit_code == 0
    assert "more" not in done.output


def test_an_unverified_connection_is_warned_of_each_time(site, boxes):
    site.configure("verify = false")
    for command in ("check", "sync", "sync"):
        done = site.run(command)
        assert done.exit_code == 0
        assert done.stderr.count("verify = false") == 1

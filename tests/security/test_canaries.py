"""Secrets that would be known again: forced through every error there is, they appear nowhere."""

import base64
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from etl import client
from etl.standins.exchange import Answer
from etl.standins.faults import Fault
from sites import STANDINS, Site
from sources import ROOT

CANARY = "c4n4ry-0123456789abcdef"
PASSWORD = f'pass "{CANARY}" & ü/?#'
OPTIONS = {
    "label_studio": {"token": CANARY.replace("-", "")},
    "coco_annotator": {"password": PASSWORD},
    "qianfan": {"secret_key": CANARY, "session_token": f"{CANARY}-session"},
}
LEAK = re.compile(r"c4n4ry", re.IGNORECASE)


def credentials(platform):
    """Make a stand-in whose credentials are canaries."""
    made = STANDINS[platform][0]
    if platform == "label_studio":
        return made(token=OPTIONS[platform]["token"])
    if platform == "coco_annotator":
        return made(password=PASSWORD)
    return made(secret_key=CANARY)


@pytest.fixture(params=STANDINS)
def site(request, tmp_path, monkeypatch):
    from proxy import before  # noqa: PLC0415

    monkeypatch.setattr(client, "LONGEST_PAUSE", 0.0)
    monkeypatch.chdir(tmp_path)
    with credentials(request.param) as server, before(server) as proxy:
        STANDINS[request.param][1].lively(server.state)
        site = Site(tmp_path, request.param, server, proxy)
        if request.param == "qianfan":
            server.gate.add(server.access_key, CANARY, f"{CANARY}-session")
            site.configure(f'session_token = "{CANARY}-session"')
        yield site


def echoed(request):
    """Say the whole request again, as careless servers and proxies do when they fail."""
    return json.dumps({"headers": dict(request.headers), "query": request.params})


def said(request, secrets):
    return " ".join([echoed(request), *secrets, *map(quote, secrets), *map(json.dumps, secrets)])


ERRORS = {
    "500 in plain text": lambda r, s: Answer(status=500, body=said(r, s).encode()),
    "500 as a page": lambda r, s: Answer(
        status=500, body=f"<html><title>{said(r, s)}</title>".encode(), content_type="text/html"
    ),
    "403 with a detail": lambda r, s: Answer(
        status=403, body=json.dumps({"detail": said(r, s)}).encode()
    ),
    "401 with a message": lambda r, s: Answer(
        status=401, body=json.dumps({"message": said(r, s), "code": "x"}).encode()
    ),
    "404 with a list": lambda r, s: Answer(status=404, body=json.dumps([said(r, s)]).encode()),
    "a login page": lambda r, s: Answer(
        body=f"<html><title>{said(r, s)}".encode(), content_type="text/html"
    ),
    "an object that is no list": lambda r, s: Answer(body=json.dumps({said(r, s): 1}).encode()),
    "JSON that breaks off": lambda r, s: Answer(body=(json.dumps({"a": said(r, s)})[:-4]).encode()),
    "a list of texts": lambda r, s: Answer(body=json.dumps([said(r, s)]).encode()),
    "a total that is a text": lambda r, s: Answer(
        body=json.dumps({"total": said(r, s), "tasks": [], "images": [], "results": []}).encode()
    ),
    "a redirect": lambda _r, _s: Answer(
        status=302, headers=(("Location", f"https://{CANARY}@x.test/?k={CANARY}"),)
    ),
    "a header": lambda _r, _s: Answer(status=429, headers=(("Retry-After", CANARY),)),
}


def everything(site, *outputs):
    """Give all a run leaves: what it says, and every byte of its files but the configuration."""
    files = [p for p in site.folder.iterdir() if p.is_file() and p.suffix not in (".toml", ".env")]
    return "\n".join([*outputs, *(p.read_bytes().decode("latin-1") for p in files)])


def secrets(site):
    return [value for value in OPTIONS[site.platform].values() if value != PASSWORD] + (
        [PASSWORD, base64.b64encode(f"admin:{PASSWORD}".encode()).decode()]
        if site.platform == "coco_annotator"
        else []
    )


@pytest.mark.parametrize("log", [["-vv", "--log-format", "json"], ["-vv"]], ids=["json", "text"])
@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_a_server_that_tells_our_secrets_is_not_repeated(site, error, log):
    known = secrets(site)
    site.proxy.spoil = lambda request, _answer: error(request, known)
    done = site.run("sync", "--json", *log)
    assert done.exit_code in (1, 3)
    assert not LEAK.search(everything(site, done.stdout, done.stderr))


COMMANDS = ("check", "verify", "sync --json -vv", "import sources --project 1 tasks.json -vv")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_what_proves_who_we_are_is_repeated_by_no_command(site, error, command):
    """Neither what is configured nor what is made of it: signatures, sessions, access tokens."""
    if command.startswith("import") and site.platform != "label_studio":
        pytest.skip("only Label Studio is imported into")
    (site.folder / "tasks.json").write_text('[{"data": {"n": 1}}]')
    site.run("sync")
    made, known = set(), secrets(site)

    def spoil(request, _answer):
        header = request.headers.get("authorization", "").rpartition(" ")[2]
        made.update([header.rpartition("/")[2] if header.startswith("bce") else header])
        made.update(re.findall(r"=([^;]+)", request.headers.get("cookie", "")))
        return error(request, known)

    site.proxy.spoil = spoil
    done = site.run(*command.replace("sources", "there").split())
    assert done.exit_code in (1, 2, 3)
    shown = everything(site, done.stdout, done.stderr)
    assert not LEAK.search(shown)
    assert [proof for proof in made if proof and proof in shown] == []


@pytest.mark.parametrize("fault", [{"close": True}, {"cut_after": 3}, {"delay": 0.3}], ids=str)
def test_a_connection_that_fails_tells_no_secret(site, fault):
    text = site.configuration.read_text()
    site.configuration.write_text(f"{text}timeout = 0.1\n")
    site.proxy.faults.append(Fault(method=None, times=None, **fault))
    done = site.run("sync", "-vv", "--log-format", "json")
    assert done.exit_code in (1, 3)
    assert not LEAK.search(everything(site, done.stdout, done.stderr))


@pytest.mark.parametrize("command", [["sync"], ["check"], ["status"], ["streams"], ["schedule"]])
def test_no_command_tells_a_secret(site, command):
    done = site.run(*command, "-vv", "--log-format", "json")
    assert not LEAK.search(everything(site, done.stdout, done.stderr))


def test_a_bug_in_the_program_tells_no_secret_in_its_trace(site, monkeypatch):
    """Neither the trace that -v shows, nor what the bug itself has to say."""

    known = " ".join(secrets(site))

    def bug(*_arguments, **_settings):
        raise KeyError(known)

    monkeypatch.setattr("etl.load.Loader.commit", bug)
    done = site.run("sync", "-vv")
    assert (done.exit_code, "Traceback" in done.stderr) == (1, True)
    assert not LEAK.search(everything(site, done.stdout, done.stderr))


def test_no_secret_is_in_the_list_of_processes(site):
    site.proxy.faults.append(Fault(method=None, delay=2))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "etl", "sync", "--config", str(site.configuration)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, cwd=site.folder)
    until = time.monotonic() + 60
    while not site.proxy.requests:
        assert time.monotonic() < until
        time.sleep(0.02)
    there = Path(f"/proc/{process.pid}")
    listed = (there / "cmdline").read_bytes() + (there / "environ").read_bytes()
    process.kill()
    process.wait(10)
    assert not LEAK.search(listed.decode("latin-1"))


# The database's own


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://mirror:{CANARY}@127.0.0.1:1/labels",
        f"postgresql://mirror@127.0.0.1:1/labels?password={CANARY}",
        f"postgresql://mirror:{CANARY}@no.such.host.invalid/labels",
        f"postgresql://mirror:{CANARY}@127.0.0.1:port/labels",
        f"postgres://mirror:{CANARY}@[::1/labels",
        f"mysql://mirror:{CANARY}@127.0.0.1/labels",
        f"{CANARY}",
    ],
)
@pytest.mark.parametrize("command", ["sync", "check", "status", "db current"])
def test_the_password_of_the_mirror_is_told_by_no_error(tmp_path, monkeypatch, url, command):
    with STANDINS["label_studio"][0]() as server:
        site = Site(tmp_path, "label_studio", server, server)
        site.configure(database=url)
        done = site.run(*command.split(), "-vv", "--log-format", "json")
    assert done.exit_code != 0
    assert not LEAK.search(done.output)


def test_the_password_of_a_proxy_is_told_by_no_error(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://user:{CANARY}@127.0.0.1:1")
    monkeypatch.setattr(client, "LONGEST_PAUSE", 0.0)
    with STANDINS["label_studio"][0]() as server:
        site = Site(tmp_path, "label_studio", server, server)
        site.configure(url="http://labels.test")
        done = site.run("sync", "-vv", "--log-format", "json")
    assert done.exit_code == 1
    assert not LEAK.search(everything(site, done.output))


def test_a_record_is_data_and_kept_whole_even_where_it_holds_a_credential(tmp_path, monkeypatch):
    """What people write into their tasks is theirs; only what answers for an error is masked."""
    monkeypatch.chdir(tmp_path)
    with STANDINS["label_studio"][0]() as server:
        project = server.state.add_project("Boxes")
        server.state.import_tasks(project.id, [{"data": {"note": server.token}}])
        site = Site(tmp_path, "label_studio", server, server)
        site.mirrored()
        with site.session() as session:
            ((data,),) = session.all("SELECT data FROM label_studio_tasks")
    assert server.token in data


def test_the_stand_ins_do_check_the_credentials(site):
    """Else nothing above would show anything."""
    site.proxy.spoil = lambda _request, answer: replace(answer)
    assert site.run("sync").exit_code == 0
    site.configure(**dict.fromkeys(OPTIONS[site.platform], "wrong-one-0123456789"))
    assert site.run("sync").exit_code in (1, 3)

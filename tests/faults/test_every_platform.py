"""Whatever an answer is spoiled with, of every list of every platform.

A run that says ok is right. One that is not says so in one clear line and with its code, buries
nothing, moves no watermark of what failed; and once the fault is gone the next run makes it good.
"""

import json
import re
from dataclasses import replace

import pytest

from etl.client import ATTEMPTS
from etl.standins.faults import Fault

HTML = b"<!doctype html><html><title>Sign in</title><form action=/login></html>"


def body(change):
    """Make a fault that changes the bytes of an answer."""
    return lambda answer: replace(answer, body=change(answer.body))


def answered(status, content=b"{}", kind="application/json", **headers):
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda _answer: replace(
        _answer, status=status, body=content, content_type=kind, headers=named
    )


def in_the_middle(what):
    return lambda content: content[: len(content) // 2] + what + content[len(content) // 2 :]


FAULTS = {
    "500 for ever": answered(500, b"oops"),
    "502 for ever": answered(502, HTML, "text/html"),
    "503 for ever": answered(503, b'{"detail": "later"}', Retry_After="1"),
    "429 for ever": answered(
        429, b'{"detail": "slowly"}', Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"
    ),
    "400": answered(400, b'{"detail": "what?"}'),
    "401": answered(401, b'{"detail": "who?"}'),
    "403": answered(403, b'{"detail": "no"}'),
    "404": answered(404, b'{"detail": "Invalid page."}'),
    "410": answered(410, b""),
    "a login page with 200": answered(200, HTML, "text/html"),
    "a login page called JSON": answered(200, HTML),
    "a redirect": answered(302, b"", Location="https://elsewhere.test/login?next=x"),
    "nothing": body(lambda _content: b""),
    "null": body(lambda _content: b"null"),
    "a number": body(lambda _content: b"7"),
    "NaN": body(lambda _content: b"NaN"),
    "an object with nothing in it": body(lambda _content: b"{}"),
    "cut in the middle": body(lambda content: content[: len(content) // 2]),
    "without its last byte": body(lambda content: content.rstrip()[:-1]),
    "a byte that is no text": body(in_the_middle(b"\xff\xfe")),
    "NUL in the middle": body(in_the_middle(b"\0")),
    "trailing garbage": body(lambda content: content + b"\n<!-- proxy 7 -->"),
    "two answers in one": body(lambda content: content + content),
    "nested beyond reason": body(lambda _content: b"[" * 100_000),
}
# Who reads on as if nothing were: these are told apart by what they leave, not by an error.
HARMLESS = {
    "a byte order mark": body(lambda content: b"\xef\xbb\xbf" + content),
    "white space around it": body(lambda content: b"\r\n  " + content + b"\n\n"),
    "another content type": lambda answer: replace(answer, content_type="text/plain"),
    "keys that come twice": body(lambda content: content.replace(b'{"id":', b'{"id":0,"id":')),
}
IDENTITY = ("/api/current-user/whoami", "/api/user/", "/api/user/login", "/api/version")


# What the walk can do without, as the platform's own servers fail at it or refuse it.
SPARED = {
    "coco_annotator": {
        "/api/undo/list/": "dates of deletions, which the lists give as well",
        "/api/dataset/*/data": "a look into a folder, where 500 is a known answer",
        "/api/dataset/*/exports": "refused to all but owners",
        "/api/export/*": "one export in detail; what is wrong with it is its own reject",
        "/api/admin/users": "refused to all but administrators",
    }
}

# What is read another way where it answers 500, and 500 only.
READ_AROUND = {
    "label_studio": {"/api/predictions/": "they are read by task"},
    "coco_annotator": {"/api/category/data": "it tells only how many annotations there are"},
}


def is_spared(site, path, name):
    shape = re.sub(r"/\d+", "/*", path)
    around = READ_AROUND.get(site.platform, {}) if name == "500 for ever" else {}
    return shape in SPARED.get(site.platform, {}) or shape in around


def kinds(site):
    """Give what a whole run asks for, by path and action, without who we are and the log-in."""
    site.proxy.requests.clear()
    site.mirrored("--full")
    asked = {(r.path, r.param("Action")) for r in site.proxy.requests}
    return sorted((path, action or "") for path, action in asked if path not in IDENTITY)


def spoiled(chosen, fault):
    """Make a script that spoils every answer to some kinds of requests."""

    def spoil(request, answer):
        return fault(answer) if (request.path, request.param("Action") or "") in chosen else answer

    return spoil


def assert_said_clearly(site, said, stderr):
    """Every stream that failed says so in one line, which names it and shows no secret."""
    for stream in [s for s in said["streams"] if s["outcome"] != "ok"]:
        (line,) = [x for x in stderr.splitlines() if x.startswith(f"there/{stream['stream']}: ")]
        assert len(line) < 1500
        assert re.search(r"(GET|POST) /|refused|mend", line), line
    assert "Traceback" not in stderr
    assert not [secret for secret in site.secrets if secret in stderr + json.dumps(said)]


def assert_nothing_lost(site, before, said):
    living, tombstones, watermarks = before
    failed = {s["stream"] for s in said["streams"] if s["outcome"] != "ok"}
    assert (site.living(), site.tombstones()) == (living, tombstones)
    moved = {k for k, mark in site.watermarks().items() if mark != watermarks.get(k)}
    assert {stream for stream, _part in moved} & failed == set()


def state(site):
    return site.living(), site.tombstones(), site.watermarks()


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_answers_that_are_spoiled_are_clear_errors_and_lose_nothing(site, fault):
    """All lists at once; whatever else is asked when one list fails is spoiled as well."""
    asked, before = kinds(site), state(site)
    site.proxy.spoil = spoiled(asked, fault)
    code, said, stderr = site.sync("--full")
    assert (code, said["outcome"]) in ((3, "partial"), (1, "failed"))
    assert_said_clearly(site, said, stderr)
    assert_nothing_lost(site, before, said)
    site.proxy.mend()
    site.mirrored()
    assert site.living() == before[0]


@pytest.mark.parametrize("name", ["500 for ever", "a login page with 200", "cut in the middle"])
def test_one_list_that_is_spoiled_fails_its_stream_and_no_other(site, name):
    asked, before = kinds(site), state(site)
    for kind in asked:
        if is_spared(site, kind[0], name):
            continue
        site.proxy.spoil = spoiled({kind}, FAULTS[name])
        code, said, stderr = site.sync("--full")
        assert (code, said["outcome"]) == (3, "partial"), kind
        assert_said_clearly(site, said, stderr)
        assert_nothing_lost(site, before, said)


@pytest.mark.parametrize("fault", HARMLESS.values(), ids=HARMLESS)
def test_what_does_no_harm_is_read_as_if_nothing_were(site, fault):
    asked, before = kinds(site), state(site)
    site.proxy.spoil = spoiled(asked, fault)
    code, said, _ = site.sync("--full")
    assert (code, {s["rejected"] for s in said["streams"]}) == (0, {0})
    assert state(site)[:2] == before[:2]


# Once, and then well


ONCE = {
    "500": {"status": 500},
    "502": {"status": 502},
    "503": {"status": 503, "headers": (("Retry-After", "1"),)},
    "429": {"status": 429, "headers": (("Retry-After", "1"),)},
    "a reset": {"close": True},
    "a cut": {"cut_after": 1},
}


@pytest.mark.parametrize("fault", ONCE.values(), ids=ONCE)
def test_what_fails_once_is_asked_again_and_is_no_failure(site, fault):
    asked, before = kinds(site), site.living()
    for path in {path for path, _ in asked}:
        site.proxy.faults.append(Fault(method=None, path=path, **fault))
    site.mirrored("--full")
    assert site.living() == before
    assert len(site.proxy.requests) > len(asked)


def test_a_server_that_is_always_busy_is_asked_so_often_and_no_oftener(site):
    path, action = kinds(site)[0]
    site.proxy.spoil = spoiled({(path, action)}, FAULTS["503 for ever"])
    site.proxy.requests.clear()
    site.sync("--full")
    asked = [r for r in site.proxy.requests if (r.path, r.param("Action") or "") == (path, action)]
    assert len(asked) == ATTEMPTS

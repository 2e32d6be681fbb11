"""Lists that lie about their pages, of every platform: noticed, or harmless.

They are played on a mirror that has everything, which must lose nothing, and on an empty one: there
what was not read is not there, and a run that says ok must have read it all.
"""

import json
from dataclasses import replace

import pytest

from etl.platforms import PLATFORMS
from proxy import asked_with

WHO = ("/api/current-user/whoami", "/api/user/", "/api/user/login", "/api/version")


def not_there(answer):
    return replace(answer, status=404, body=b'{"detail": "Invalid page."}', headers=())


def changed(change):
    """Make a fault that changes the decoded answer."""

    def fault(answer):
        content = json.loads(answer.body)
        text = json.dumps(change(content), ensure_ascii=False, separators=(",", ":"))
        return replace(answer, body=text.encode())

    return fault


TOTALS = ("total", "count", "totalCount")


def lying(by):
    """Change every total an answer tells, wherever it lies."""

    def change(content):
        if isinstance(content, dict):
            return {
                k: v + by if k in TOTALS and type(v) is int and v else change(v)
                for k, v in content.items()
            }
        return content

    return changed(change)


def emptied(content):
    """Empty the list of an answer, but not what it says beside it."""
    if isinstance(content, dict):
        return {
            k: [] if isinstance(v, list) else emptied(v) if isinstance(v, dict) else v
            for k, v in content.items()
        }
    return [] if isinstance(content, list) else content


PAGING = {"page", "page_size", "limit", "offset", "pageSize", "marker", "maxKeys", "query"}


def list_of(request):
    """Tell which list a request asks for a page of."""
    params = [(name, value) for name, value in request.params if name not in PAGING]
    content = json.loads(request.body) if request.body.startswith(b"{") else {}
    rest = {name: value for name, value in content.items() if name not in PAGING}
    return repr((request.path, sorted(params), sorted(rest.items())))


class Script:
    """Spoils answers by how often a page of their list was asked for."""

    def __init__(self, plan):
        self.plan, self.seen, self.first = plan, {}, {}

    def __call__(self, request, answer):
        kind = list_of(request)
        if request.path in WHO or answer.status != 200:
            return answer
        self.seen[kind] = self.seen.get(kind, 0) + 1
        first = self.first.setdefault(kind, answer)
        return self.plan(self.seen[kind], first, answer)


def hollow(content):
    """Empty the list of an answer that tells a total."""
    told = isinstance(content, dict) and (content.get("result") or content)
    announced = isinstance(told, dict) and any(told.get(name) for name in TOTALS)
    return emptied(content) if announced else content


LIES = {
    "a total and no record": lambda _n, _first, answer: changed(hollow)(answer),
    "totals too low": lambda _n, _first, answer: lying(-2)(answer),
    "totals too high": lambda _n, _first, answer: lying(7)(answer),
    "the first page for ever": lambda _n, first, _answer: first,
    "a second page without records": lambda n, _f, a: changed(emptied)(a) if n == 2 else a,
    "404 at the second page": lambda n, _f, a: not_there(a) if n == 2 else a,
    "no record at the third": lambda n, _f, a: changed(emptied)(a) if n == 3 else a,
}


@pytest.mark.parametrize("plan", LIES.values(), ids=LIES)
@pytest.mark.parametrize("size", [3, 50])
def test_a_list_that_lies_is_noticed_or_does_no_harm(site, plan, size):
    before, tombstones = site.living(), site.tombstones()
    site.configure(f"page_size = {size}")
    site.proxy.spoil = Script(plan)
    code, _, stderr = site.sync("--full")
    assert code in (0, 1, 3)
    assert "Traceback" not in stderr
    assert (site.living(), site.tombstones()) == (before, tombstones)
    site.proxy.mend()
    site.configure()
    site.mirrored()
    assert site.living() == before


@pytest.mark.parametrize("plan", LIES.values(), ids=LIES)
@pytest.mark.parametrize("size", [3, 50])
def test_a_new_mirror_of_a_list_that_lies_is_whole_or_says_that_it_is_not(site, plan, size):
    """Without a mirror that has everything already, what is not read is not there."""
    truth, buried = site.living(), site.tombstones()
    site.forget()
    site.configure(f"page_size = {size}")
    site.proxy.spoil = Script(plan)
    code, said, stderr = site.sync()
    assert (code, said["outcome"]) in ((0, "ok"), (3, "partial"), (1, "failed"))
    assert "Traceback" not in stderr
    assert code or site.living() == truth
    assert_well_is_whole(site, said, truth)
    assert not [name for name, count in site.tombstones().items() if count > buried[name]]
    site.proxy.mend()
    site.configure()
    site.mirrored()
    assert site.living() == truth


def assert_well_is_whole(site, said, truth):
    """A stream that went well has all its records, if those that it asks within went well too."""
    streams = PLATFORMS[site.platform].streams
    well = {s["stream"] for s in said["streams"] if s["outcome"] == "ok"}
    living = site.living()
    for stream in [s for s in streams if s.name in well]:
        if not stream.parts or stream.parts.stream in well:
            table = stream.shape.table.__tablename__
            assert living[table] == truth[table], stream.name


SIZES = ("page_size", "limit", "pageSize", "maxKeys")


def capped(request):
    """Ask for two records at most, whatever is asked for."""
    small = {name: "2" for name, _ in request.params if name in SIZES}
    asked = asked_with(request, **small)
    if not request.body.startswith(b"{"):
        return asked
    content = json.loads(request.body)
    less = {name: 2 for name in content if name in SIZES}
    return replace(asked, body=json.dumps({**content, **less}).encode())


def test_a_server_that_gives_smaller_pages_than_asked_for_loses_nobody(site):
    truth = site.living()
    site.forget()
    site.proxy.ask = capped
    site.mirrored()
    assert site.living() == truth

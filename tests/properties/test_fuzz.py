"""Answers that are almost right: of every stream of every platform, mutated by the thousand.

Whatever comes, a walk ends in pages or in an error of ours; a record that is spoilt harms no
neighbour; and what fails moves no watermark. `ANNOMIRROR_FUZZ=10000` plays as many to each stream,
new ones every time.
"""

import json
import os
import random
import tempfile
from collections import Counter

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import annotators
import labelling
from accounts import Account
from etl.errors import ConfigurationError, SourceError
from etl.extract import ask, pages
from etl.load import Loader
from etl.platforms import PLATFORMS
from etl.standins.coco_annotator import seed as coco_annotator
from etl.standins.exchange import Request as Asked
from etl.standins.label_studio import seed as label_studio
from etl.standins.qianfan import seed as qianfan
from etl.stream import Answer
from etl.transform import Plan
from etl.verdict import verdict
from mirror import SOURCE
from senders import synchronise

EXAMPLES = os.environ.get("ANNOMIRROR_FUZZ")
PLAYED = settings(
    max_examples=int(EXAMPLES or 60), phases=[Phase.generate], derandomize=not EXAMPLES,
    deadline=None, database=None,
)  # fmt: skip

ODD = (
    *(None, True, False, 0, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 0.5, 1e308, float("nan")),
    *(
        float("inf"),
        "",
        " ",
        "x" * 5000,
        "\x00",
        "a\x00b",
        "\ud800",
        "👍",
        "null",
        "[]",
        "-",
        "\uff10",
    ),
    *([], {}, [[]], [None], {"id": None}, {"": ""}, {"id": 1}, [1, 2], [{}], [[[[[[[[]]]]]]]]),
    *("2026-13-45T99:99:99Z", "0000-00-00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23"),
    *("'; DROP TABLE x; --", "%s", "\r\n", {"$date": 1}, {"$date": "x"}, -0.0, 10**400),
)
TOKENS = (b"{", b"}", b"[", b"]", b",", b'"', b":", b"\\", b"\\u", b"\\ud800", b"NaN", b"null")
TOKENS += (b"\x00", b"\xff", b"\xef\xbb\xbf", b"1e999", b"-", b'{"id":1}', b"[" * 3000, b"<html>")


class Said:
    """Gives the answers that a stand-in gave once, one of them mutated."""

    def __init__(self, source, explain, answer):
        self.source, self._explain, self._answer = source, explain, answer
        self._kept, self.turn, self.spoil, self.requests = {}, 0, None, 0

    def begin(self, target=None, spoil=None):
        self.turn, self.target, self.spoil = 0, target, spoil

    def conceal(self, error):
        """Nothing here is secret."""

    def send(self, request):
        self.requests += 1
        key = repr(request)
        if key not in self._kept:
            self._kept[key] = self._answer(request)
        status, head, body = self._kept[key]
        if self.turn == self.target:
            body = self.spoil(body)
        self.turn += 1
        answer = Answer(status, head, body)
        try:
            error = self._explain(self.source, answer) or verdict(request, answer)
        except (UnicodeError, RecursionError) as failure:  # as the client does
            raise SourceError(str(failure)) from failure
        if error:
            raise error
        return filed(answer) if request.large else answer


def filed(answer):
    file = tempfile.SpooledTemporaryFile(1_000_000)  # noqa: SIM115  # who reads it closes it
    file.write(answer.body)
    file.seek(0)
    return Answer(answer.status, answer.headers, answer.body[:1000], file)


def of_label_studio():
    server = labelling.Server()
    label_studio.lively(server.state)
    for project in list(server.state.projects.values()):
        for task in list(project.ids)[12:]:
            server.state.delete_task(task)

    def answer(request):
        got = server.send(request)
        return got.status, got.headers, got.body

    return Said(replace(SOURCE, page_size=5), PLATFORMS["label_studio"].explain, answer)


def of_coco_annotator():
    server = annotators.Annotator()
    coco_annotator.lively(server.state)

    def answer(request):
        got = server.send(replace(request, large=False))
        return got.status, got.headers, got.body

    return Said(annotators.source(page_size=20), PLATFORMS["coco_annotator"].explain, answer)


def of_qianfan():
    account = Account()
    account.server._listener.server_close()  # asked without a network
    qianfan.lively(account.state)
    account.gate.admit = lambda _request: None

    def answer(request):
        params = [(name, str(value)) for name, value in request.params.items()]
        body = json.dumps(request.json).encode() if request.json is not None else b""
        asked = Asked(method=request.method, path=request.path, params=params, body=body)
        got = account.api.answer(asked)
        date = f"{account.clock.now():%a, %d %b %Y %H:%M:%S} GMT"
        return got.status, {"content-type": got.content_type, "date": date}, got.body

    return Said(account.source, PLATFORMS["qianfan"].explain, answer)


SAID = {"label_studio": of_label_studio, "coco_annotator": of_coco_annotator, "qianfan": of_qianfan}
STREAMS = [(p.name, s.name) for p in PLATFORMS.values() for s in p.streams]


class Scene:
    """One stream of a platform, mirrored once; walked again with an answer that is not right."""

    def __init__(self, session, platform, name):
        self.sender, self.platform = SAID[platform](), PLATFORMS[platform]
        self.sender.begin()
        self.session, self.stream = session, self.platform.stream(name)
        self.plan = Plan(self.stream, self.sender.source.name)
        identity = ask(self.platform.identify(self.sender.source, thorough=False), self.sender)
        synchronise(session, self.sender.source, self.platform, self.sender)
        self.loader = Loader(session, self.plan, 1)
        starts = [
            self.loader.start(self.sender.source, part, full=True, identity=identity)
            for part in self.loader.parts()
        ]
        found = [(start, self.walked(start)) for start in starts]
        self.start, self.keys = max(found, key=lambda each: len(each[1]))
        self.answers = self.sender.turn

    def walked(self, start, target=None, spoil=None):
        """Walk; give the keys of the entries that came."""
        self.sender.begin(target, spoil)
        found = set()
        for page in pages(self.stream.walk(start), self.sender):
            batch = self.plan.transform(page.records)
            found |= {entry.key for entry in batch.entries}
        return found

    def committed(self, target, spoil):
        """Walk and write, all of which is undone; give the watermark as it would be."""
        self.sender.begin(target, spoil)
        error = None
        with self.session.transaction(rehearsal=True):
            try:
                for page in pages(self.stream.walk(self.start), self.sender):
                    batch = self.plan.transform(page.records)
                    self.loader.commit(self.start.part, page, batch)
            except (SourceError, ConfigurationError) as failure:
                error = failure
            sql = "SELECT watermark FROM sync_watermarks WHERE stream = ? AND part = ?"
            mark = self.session.all(sql, (self.stream.name, self.start.part.key))
        return mark, error


def bytes_spoilt(dice, body):
    """Change bytes anywhere."""
    at, span = dice.randrange(len(body) + 1), dice.choice((1, 2, 7, 50))
    return dice.choice(
        (
            lambda: body[:at],
            lambda: body[:at] + body[at + span :],
            lambda: body[:at] + body[at : at + span] + body[at:],
            lambda: body[:at] + dice.choice(TOKENS) + body[at:],
            lambda: body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :],
            lambda: dice.choice(TOKENS),
            lambda: b"",
        )
    )()


def places(content, path=()):
    """Give the path of every value in decoded JSON."""
    yield path
    inner = content.items() if isinstance(content, dict) else ()
    inner = enumerate(content) if isinstance(content, list) else inner
    for key, value in inner:
        yield from places(value, (*path, key))


def changed(dice, content, path):
    """Change the value at a path: another value, none, or one more beside it."""
    if not path:
        return dice.choice(ODD)
    holder = content
    for key in path[:-1]:
        holder = holder[key]
    how = dice.randrange(4)
    if how == 0 and isinstance(holder, dict):
        del holder[path[-1]]
    elif how == 1 and isinstance(holder, dict):
        holder[dice.choice(("new", "", "id", "Ünew", "x" * 300))] = dice.choice(ODD)
    else:
        holder[path[-1]] = dice.choice(ODD)
    return content


def value_spoilt(dice, body):
    """Change one value of an answer."""
    content = json.loads(body)
    found = list(places(content))
    return json.dumps(changed(dice, content, dice.choice(found))).encode()


def records_of(content):
    """Find the list of records in an answer: the longest list of objects, and its path."""
    lists = [
        (len(value), path)
        for path in places(content)
        if isinstance(value := at(content, path), list) and value and isinstance(value[0], dict)
    ]
    outer = [found for found in lists if len(found[1]) <= 2]
    return max(outer, default=(0, None))[1]


def at(content, path):
    for key in path:
        content = content[key]
    return content


def record_spoilt(dice, body):
    """Change one value inside one record; everything else stays. None: there is no record."""
    content = json.loads(body)
    where = records_of(content)
    if where is None:
        return None
    records = at(content, where)
    number = dice.randrange(len(records))
    inside = [path for path in places(records[number]) if path and path != ("id",)]
    if not inside:
        return None
    changed(dice, records[number], dice.choice(inside))
    return json.dumps(content).encode()


@pytest.fixture(params=STREAMS, ids="/".join, scope="module")
def scene(request, sqlite_template, tmp_path_factory):
    import shutil  # noqa: PLC0415

    from etl.address import parse  # noqa: PLC0415
    from etl.database import connected  # noqa: PLC0415

    path = tmp_path_factory.mktemp("fuzz") / "mirror.db"
    shutil.copy(sqlite_template, path)
    with connected(parse(f"sqlite:///{path}")) as session:
        yield Scene(session, *request.param)


def test_an_answer_that_is_almost_right_ends_in_pages_or_in_an_error_of_ours(scene):
    ended = Counter()

    @PLAYED
    @given(st.integers(0, 2**32))
    def play(seed):
        dice = random.Random(seed)
        spoil = dice.choice((bytes_spoilt, value_spoilt))
        target = dice.randrange(scene.answers)
        try:
            scene.walked(scene.start, target, lambda body: spoil(dice, body))
            ended["pages"] += 1
        except (SourceError, ConfigurationError):
            ended["error"] += 1

    play()
    print(f"\n{scene.platform.name}/{scene.stream.name}: {dict(ended)}")  # noqa: T201
    assert ended["error"]


def test_a_record_that_is_spoilt_costs_no_neighbour(scene):
    """A walk that goes through has everybody but the one record that was changed."""

    @PLAYED
    @given(st.integers(0, 2**32))
    def play(seed):
        dice = random.Random(seed)
        target = dice.randrange(scene.answers)
        try:
            found = scene.walked(
                scene.start, target, lambda body: record_spoilt(dice, body) or body
            )
        except (SourceError, ConfigurationError):
            return
        assert len(scene.keys - found) <= 1

    play()


def test_what_fails_moves_no_watermark(scene):
    before, _ = scene.committed(None, None)
    sql = "SELECT watermark FROM sync_watermarks WHERE stream = ? AND part = ?"
    held = scene.session.all(sql, (scene.stream.name, scene.start.part.key))

    @settings(PLAYED, max_examples=max(PLAYED.max_examples // 10, 10))
    @given(st.integers(0, 2**32))
    def play(seed):
        dice = random.Random(seed)
        spoil = dice.choice((bytes_spoilt, value_spoilt))
        target = dice.randrange(scene.answers)
        mark, error = scene.committed(target, lambda body: spoil(dice, body))
        assert error is None or mark in (held, [(None,)], [])

    play()
    assert len(before) <= 1

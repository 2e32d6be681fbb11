"""One stream of a platform, mirrored once, to be walked again with an answer that is not right."""

import json
import tempfile

from msgspec.structs import replace

import annotators
import labelling
from accounts import Account
from etl.errors import ConfigurationError, SourceError
from etl.exchange import Answer
from etl.extract import ask, pages
from etl.load import Loader
from etl.platforms import PLATFORMS
from etl.standins.coco_annotator import seed as coco_annotator
from etl.standins.exchange import Request as Asked
from etl.standins.label_studio import seed as label_studio
from etl.standins.qianfan import seed as qianfan
from etl.transform import Plan
from etl.verdict import verdict
from mirror import SOURCE
from senders import synchronise


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
        self.start, (self.keys, _) = max(found, key=lambda each: len(each[1][0]))
        self.answers = self.sender.turn

    def walked(self, start, target=None, spoil=None):
        """Walk; give the keys of the entries that came, and of the records set aside."""
        self.sender.begin(target, spoil)
        found, rejects = set(), set()
        for page in pages(self.stream.walk(start), self.sender):
            batch = self.plan.transform(page.records)
            found |= {entry.key for entry in batch.entries}
            rejects |= {one.key for one in batch.rejects} | {one.id for one in page.unreadable}
        return found, rejects

    def committed(self, target, spoil):
        """Walk and write, all of which is undone; give the position as it would be."""
        self.sender.begin(target, spoil)
        error = None
        with self.session.transaction(rehearsal=True):
            try:
                for page in pages(self.stream.walk(self.start), self.sender):
                    batch = self.plan.transform(page.records)
                    self.loader.commit(self.start.part, page, batch)
            except (SourceError, ConfigurationError) as failure:
                error = failure
            left = self.position()
        return left, error

    def position(self):
        """Give all that the last walk left for the next one."""
        sql = (
            "SELECT watermark, state, unfinished FROM sync_watermarks WHERE stream = ? AND part = ?"
        )
        return self.session.all(sql, (self.stream.name, self.start.part.key))

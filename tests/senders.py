"""Senders that need no network: a stand-in called directly, or answers in a row."""

import json
from datetime import UTC, datetime
from functools import partial

from etl.exchange import Answer
from etl.extract import pages
from etl.load import Loader
from etl.standins.clock import Clock
from etl.standins.exchange import Request as Asked
from etl.standins.label_studio.api import Api
from etl.standins.label_studio.installation import TOKEN
from etl.standins.label_studio.state import State
from etl.standins.label_studio.tokens import Tokens
from etl.transform import Plan

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class LabelStudio:
    """A Label Studio whose `state` a test changes; it notes what it was asked."""

    def __init__(self):
        self.clock = Clock(NOON)
        self.state = State("sqlite", self.clock)
        tokens = Tokens(self.clock, legacy_enabled=True)
        tokens.add_legacy(1, TOKEN)
        self._api = Api(self.state, tokens)
        self.asked = []

    def conceal(self, error):
        """Nothing here is secret."""

    def send(self, request):
        self.asked.append(request)
        params = [(name, str(value)) for name, value in request.params.items()]
        headers = {"authorization": f"Token {TOKEN}"}
        answer = self._api.answer(
            Asked(method=request.method, path=request.path, params=params, headers=headers)
        )
        assert answer.status == 200, answer.body[:200]
        date = f"{self.clock.now():%a, %d %b %Y %H:%M:%S} GMT"
        return Answer(answer.status, {"date": date}, answer.body)

    def wait(self, minutes=60):
        self.clock.advance(minutes=minutes)

    def paths(self):
        """Give what was asked since the last look."""
        asked, self.asked = self.asked, []
        return [request.path for request in asked]


class Scripted:
    """Gives its answers in a row."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def conceal(self, error):
        """Nothing here is secret."""

    def send(self, request):
        self.asked.append(request)
        return json_answer(self.answers.pop(0))


def json_answer(content):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Answer(200, {"content-type": "application/json"}, body)


def synchronise(  # noqa: PLR0913  # the choices of a run
    session, source, platform, sender, *, only=None, stop_after=None, full=False
):
    """Carry every stream to the mirror, as a run does; perhaps stop after some pages."""
    done = 0
    for stream in platform.streams:
        if only and stream.name not in only:
            continue
        plan = Plan(stream, source.name)
        loader = Loader(session, plan, 1)
        loader.bury_orphans()
        for part in loader.parts():
            for page in carried(loader, stream, source, part, sender, full=full):
                loader.commit(part, page, plan.transform(page.records))
                done += 1
                if done == stop_after:
                    return done
    return done


def carried(loader, stream, source, part, sender, *, full):  # noqa: PLR0913  # idem
    """Yield the pages of a part, and if there are any those of its proof."""
    moved = False
    for page in pages(stream.walk(loader.start(source, part, full=full)), sender):
        moved = True
        yield page
    if moved and stream.proof:
        proof = stream.proof(loader.start(source, part))
        yield from pages(proof, sender, held=partial(loader.held, part))

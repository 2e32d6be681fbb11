"""A stand-in of each platform with a life of its own, and how it is asked."""

from contextlib import closing, contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from msgspec.structs import replace

import mirror
from accounts import Account
from etl.cli.build import choose
from etl.client import Client
from etl.job import Job
from etl.platforms import PLATFORMS
from etl.platforms.coco_annotator import login
from etl.source import Secret, Source
from etl.standins.clock import Clock
from etl.standins.coco_annotator import CocoAnnotator
from etl.standins.coco_annotator import seed as coco_annotator
from etl.standins.label_studio import seed as label_studio
from etl.standins.qianfan import seed as qianfan
from labelling import Server
from senders import NOON

SOURCE = replace(mirror.SOURCE, page_size=100)
SMALL = replace(SOURCE, page_size=7)


@dataclass
class Play:
    """A stand-in with a life of its own, and how it is asked."""

    standin: Any
    seed: ModuleType
    sender: Any
    source: Source
    requests: int = 0

    def conceal(self, error):
        """Nothing here is secret."""

    def send(self, request):
        self.requests += 1
        return self.sender.send(request)

    def job(self, *names, **choices):
        """Make the job of a run, of some streams or of all."""
        platform = PLATFORMS[self.source.platform]
        return Job(self.source, platform, self, choose(platform, self.source, names), **choices)

    def wait(self):
        self.standin.clock.advance(minutes=60)

    def work(self):
        self.seed.work_a_while(self.standin.state)


@contextmanager
def labels():
    standin = Server()
    yield Play(standin, label_studio, standin, SOURCE)


@contextmanager
def annotator():
    with CocoAnnotator(clock=Clock(NOON)) as standin:
        account = {"username": standin.username, "password": Secret(standin.password)}
        source = replace(SOURCE, platform="coco_annotator", url=standin.url, options=account)
        with closing(Client(source, login.authorise(source), login.explain)) as client:
            yield Play(standin, coco_annotator, client, source)


@contextmanager
def account():
    with Account() as standin, closing(standin.client()) as client:
        yield Play(standin, qianfan, client, replace(standin.source, name=SOURCE.name))


PLAYS = {"label_studio": labels, "coco_annotator": annotator, "qianfan": account}

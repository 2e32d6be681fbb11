"""Qianfan accounts to mirror over loopback, and what a mirror of one should hold."""

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

from msgspec.structs import replace

import mirror
from etl import ledger, sync
from etl.auth import BceSignature
from etl.cli.build import choose
from etl.client import Client
from etl.job import Job
from etl.layout import specs
from etl.platforms import PLATFORMS
from etl.platforms.qianfan import login
from etl.source import Secret, Source
from etl.standins.clock import Clock
from etl.standins.qianfan import Qianfan
from etl.sync import Finished
from etl.tables import MOMENT_FORMAT
from senders import synchronise

PLATFORM = PLATFORMS["qianfan"]
RUNS = ("sync_runs", "sync_stream_runs")
KINDS = {
    "augmentation_tasks": "enhance_tasks",
    "text_augmentation_tasks": "text_augment_tasks",
} | {
    name: name
    for name in (
        "etl_tasks",
        "datasets",
        "dataset_versions",
        "finetune_jobs",
        "finetune_tasks",
        "batch_inference_tasks",
    )
}
IDS = {
    "augmentation_tasks": ("strId", "id"),
    "etl_tasks": ("etlStrId", "etlId"),
    "datasets": ("datasetId", None),
    "dataset_versions": ("versionId", None),
    "finetune_jobs": ("jobId", None),
}
NAMES = {
    "projectType": {20: "dialogue", 401: "text without labels"},
    "area": {0: "whole", 1: "whole and box"},
    "strategy": {1: "serial", 2: "parallel"},
}
STATES = {
    "status": ("none", "preparing", "running", "completed", "terminated", "failed"),
    "processStatus": ("none", "running", "done", "interrupted", "failed", "paused"),
}
NAMES["status"] = dict(enumerate(STATES["status"], -1))
NAMES["processStatus"] = dict(enumerate(STATES["processStatus"]))


class Account(Qianfan):
    """A platform whose clock only a test moves, and the mirroring of it.

    `spoil` may replace an answer.
    """

    def __init__(self, *keys):
        super().__init__(*keys, clock=Clock(datetime(2026, 11, 21, 12, tzinfo=UTC)))
        self.spoil, answered = (lambda _request, answer: answer), self.api.answer
        self.api.answer = lambda request: self.spoil(request, answered(request))

    def renew_keys(self, *keys):
        """Let the keys of the account be others."""
        self.gate.revoke(self.access_key)
        self.access_key, self.secret_key = keys
        self.gate.add(*keys)

    @property
    def source(self):
        keys = {"access_key": self.access_key, "secret_key": self.secret_key}
        return Source(
            name="q",
            platform="qianfan",
            url=self.url,
            options={name: Secret(value) for name, value in keys.items()},
            page_size=100,
            concurrency=1,
            timeout=5,
            deadline=20,
        )

    def client(self, source=None, sleep=lambda _seconds: None):
        """Open a client that signs by the platform's clock."""
        keys = (self.access_key, self.secret_key)
        signature = BceSignature(*keys, clock=lambda: self.clock.now().timestamp())
        return Client(source or self.source, signature, login.explain, sleep=sleep)

    def run(self, session, *names, full=False, trusting=True, **settings):
        """Synchronise some streams, or all, as a run does; give the reports by stream."""
        source = replace(self.source, **settings)
        with closing(self.client(source)) as client, ledger.opened(session) as books:
            streams = choose(PLATFORM, source, names)
            job = Job(source, PLATFORM, client, streams, full=full, allow_mass_delete=trusting)
            events = list(sync.run([job], session, books))
        return {
            event.report.stream: event.report for event in events if isinstance(event, Finished)
        }

    def mirror(self, session, *names, **choices):
        """Synchronise, which must go well; give the number of requests that took."""
        reports = self.run(session, *names, **choices).values()
        assert [(r.stream, r.error, r.counts.rejected) for r in reports] == [
            (r.stream, None, 0) for r in reports
        ]
        return sum(report.requests for report in reports)

    def cut(self, session, *names, stop_after, **settings):
        """Synchronise until so many pages are committed, then be killed."""
        source = replace(self.source, **settings)
        with closing(self.client(source)) as client:
            return synchronise(session, source, PLATFORM, client, only=names, stop_after=stop_after)


def books_apart(found):
    """Leave out of a dump what every run writes."""
    return {name: rows for name, rows in found.items() if name not in RUNS}


def mirrored(session, stream):
    """Give the living rows of a stream in the order of their ids."""
    return mirror.live(session, f"qianfan_{stream}")


def buried(session, stream):
    """Give the ids of the tombstones of a stream."""
    rows = mirror.rows(session, f"qianfan_{stream}", without=())
    return [row["id"] for row in rows if row["deleted_at"] is not None]


def differences(session, account):
    """Compare every stream with the platform row by row; give the streams that differ."""
    return [n for n in KINDS if mirrored(session, n) != expected(account, n)]


def expected(account, stream):
    """Give the rows a stream should have, from what the platform serves."""
    return sorted(
        (row(stream, record) for record in account.state.truth(KINDS[stream])),
        key=lambda found: found["id"],
    )


def row(stream, record):
    """Make the row of a record by the letters of the documents."""
    key, number = IDS.get(stream, ("taskId", None))
    fields = dict(record)
    found, old = fields.pop(key, None), fields.pop(number, None) if number else None
    columns = specs(PLATFORM.stream(stream).shape.table)
    made = {"id": f"id:{old}" if found is None else str(found)}
    for name, spec in columns.items():
        api = spec.api or name
        if name == "numeric_id":
            made[name] = old
        elif name.endswith("_name") and api.removesuffix("Name") in NAMES and name != "name":
            code = record.get(api.removesuffix("Name"))
            names = NAMES[api.removesuffix("Name")]
            made[name] = None if code is None else names.get(code, f"unknown ({code})")
        elif name != "id":
            value = fields.pop(api, None)
            made[name] = instant(value) if spec.kind == "moment" else value
    return made | {"extra": fields or None}


def instant(text):
    """Read a time of the platform as the mirror holds it."""
    if text in (None, "", "-") or text.startswith(("0000", "0001")):
        return None
    moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone(timedelta(hours=8)))
    return moment.astimezone(UTC).strftime(MOMENT_FORMAT)

"""A COCO Annotator without a network, runs against it, and what a mirror of it must hold."""

import base64
import json
import tempfile
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from etl import ledger, sync
from etl.cli.build import choose
from etl.exchange import Answer
from etl.extract import ask
from etl.job import Job
from etl.platforms import PLATFORMS
from etl.platforms.coco_annotator.login import explain
from etl.source import Source
from etl.standins.clock import Clock
from etl.standins.coco_annotator.api import Api
from etl.standins.coco_annotator.sessions import Sessions
from etl.standins.coco_annotator.state import State
from etl.standins.exchange import Request as Asked
from etl.sync import Finished
from etl.verdict import verdict
from mirror import live, rows

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLATFORM = PLATFORMS["coco_annotator"]
PASSWORD = "coco-annotator"


class Annotator:
    """A COCO Annotator whose `state` a test changes, also while it is being read.

    `meanwhile` holds pairs of a condition on a request and what happens just before it is
    answered, once. `spoil` may replace an answer's body.
    """

    def __init__(self, timezone=UTC):
        self.clock = Clock(NOON)
        self.state = State(self.clock, timezone)
        self.state.add_user("admin", "secret", admin=True)
        self.username = "admin"
        self.meanwhile, self.asked, self.spoil = [], [], lambda _path, body: body
        self._api = Api(self.state, Sessions(self.state))

    @property
    def requests(self):
        return len(self.asked)

    @property
    def side_effects(self):
        return self._api.side_effects

    def conceal(self, error):
        """Nothing here is secret."""

    def send(self, request):
        self.asked.append(request)
        for happening in list(self.meanwhile):
            if happening[0](request):
                self.meanwhile.remove(happening)
                happening[1]()
        answer = self._answer(request)
        if error := explain(source(), answer) or verdict(request, answer):
            raise error
        return answer

    def _answer(self, request):
        account = base64.b64encode(f"{self.username}:secret".encode()).decode()
        headers = {"authorization": f"Basic {account}"} if self.username else {}
        params = [(name, str(value)) for name, value in request.params.items()]
        got = self._api.answer(
            Asked(method=request.method, path=request.path, params=params, headers=headers)
        )
        body = self.spoil(request.path, got.body)
        date = f"{self.clock.now():%a, %d %b %Y %H:%M:%S} GMT"
        head = {"content-type": got.content_type, "date": date}
        if not request.large:
            return Answer(got.status, head, body)
        file = tempfile.TemporaryFile()  # noqa: SIM115  # who reads the answer closes it
        file.write(body)
        return Answer(got.status, head, body[:100], file)

    def paths(self):
        """Give what was asked since the last look."""
        asked, self.asked = self.asked, []
        return [request.path for request in asked]


def asks(path, **params):
    """Make a condition: a request for a path with some parameters."""
    return lambda request: request.path == path and params.items() <= dict(request.params).items()


def source(**settings):
    usual = {"page_size": 20, "concurrency": 2, "timeout": 5.0, "deadline": 5.0}
    return Source(
        name="boxes",
        platform="coco_annotator",
        url="http://boxes.test",
        **(usual | {"lookback": timedelta(0)} | settings),
    )


def identity(client, *, thorough=False):
    """Ask who we are, as `check` does if it is to be thorough."""
    return ask(PLATFORM.identify(client._source, thorough=thorough), client)


def run(session, server, *streams, full=False, trusting=True, **settings):
    """Synchronise as a run does; give the reports by stream."""
    ours = source(**settings)
    job = Job(ours, PLATFORM, server, choose(PLATFORM, ours, streams), full=full)
    job = replace(job, allow_mass_delete=trusting)
    with ledger.opened(session) as books:
        events = list(sync.run([job], session, books))
    return {e.report.stream: e.report for e in events if isinstance(e, Finished)}


def well(reports):
    """Give the reports of a run in which every stream went well, and nothing was set aside."""
    assert {r.stream: (r.outcome, r.error, r.counts.rejected) for r in reports.values()} == {
        r.stream: ("ok", None, 0) for r in reports.values()
    }
    return reports


def written(reports):
    """Count the rows that runs wrote."""
    counts = [report.counts for report in reports.values()]
    return sum(c.inserted + c.updated + c.deleted for c in counts)


# What must be in the mirror, told apart from the program's own tables.

COPIED = {
    "datasets": "id name directory categories owner users annotate_url "
    "default_annotation_metadata deleted",
    "categories": "id name supercategory color metadata creator deleted keypoint_edges "
    "keypoint_labels keypoint_colors",
    "images": "id dataset_id file_name path width height annotated num_annotations category_ids "
    "metadata milliseconds thumbnail_url image_url coco_url date_captured license deleted",
    "annotations": "id image_id category_id dataset_id segmentation area bbox iscrowd isbbox "
    "keypoints creator width height color metadata milliseconds deleted",
    "users": "email name is_admin permissions",
    "exports": "id dataset_id path tags categories",
    "tasks": "id name completed progress errors warnings priority creator",
}
VOLATILE = {"annotating", "regenerate_thumbnail", "is_modified", "online", "last_seen"}
KINDS = tuple(COPIED)


def moment(value, zone=UTC):
    """Spell a time of MongoDB's, which is `zone`'s wall clock, as the mirror does."""
    if value is None:
        return None
    wall = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value["$date"])
    return f"{wall.replace(tzinfo=zone).astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


def expected(kind, document, zone=UTC):
    """Give the row of a document."""
    row = {name: document.get(name) for name in COPIED[kind].split()} | {"extra": None}
    if kind in {"datasets", "categories", "images", "annotations"}:
        row["deleted_date"] = moment(document.get("deleted_date"), zone)
    if kind == "annotations":
        box = ("bbox_x", "bbox_y", "bbox_width", "bbox_height")
        row |= dict(zip(box, document["bbox"], strict=True))
    if kind == "users":
        row |= {"id": document["username"], "oid": document["id"]["$oid"]}
    if kind == "exports":
        row["created_at"] = moment(document["created_at"])
    if kind == "tasks":
        row |= {"task_group": document["group"], "description": document.get("desciption")}
    return row


def expected_events(kind, document, zone=UTC):
    """Give the rows of a document's events."""
    ids = {f"{kind[:-1]}_id": document["id"], "dataset_id": document["dataset_id"]}
    ids |= {"image_id": document["image_id"]} if kind == "annotations" else {}
    return [
        ids
        | {name: event.get(name) for name in ("user", "milliseconds", "tools_used")}
        | {"position": n, "kind": event["_cls"], "extra": None}
        | {"created_at": moment(event.get("created_at"), zone)}
        for n, event in enumerate(document["events"])
    ]


def table(kind):
    return f"coco_annotator_{kind}"


def living(state, kind):
    """Give the documents that are not deleted; a deleted dataset's exports are not listed."""
    found = [document for document in state.truth(kind) if not document.get("deleted")]
    datasets = {row["id"] for row in state.truth("datasets") if not row["deleted"]}
    return [row for row in found if kind != "exports" or row["dataset_id"] in datasets]


def assert_mirrored(session, state, *kinds, zone=UTC):
    """Compare the mirror with the truth, row by row."""
    for kind in kinds or KINDS:
        found = [
            {name: value for name, value in row.items() if name not in VOLATILE}
            for row in live(session, table(kind))
        ]
        wanted = [expected(kind, document, zone) for document in living(state, kind)]
        assert found == sorted(wanted, key=lambda row: row["id"]), kind
        if kind in {"images", "annotations"}:
            wanted = [r for d in living(state, kind) for r in expected_events(kind, d, zone)]
            assert live(session, table(f"{kind[:-1]}_events")) == wanted


def tombstones(session, kind):
    """Give when each record that is gone was deleted."""
    found = rows(session, table(kind), without=())
    return {row["id"]: row["deleted_at"] for row in found if row["deleted_at"]}


def ids(session, kind):
    """Give the ids of the living."""
    return [row["id"] for row in live(session, table(kind))]


def encoded(value):
    return json.dumps(value).encode()

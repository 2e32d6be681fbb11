"""Runs against a Label Studio without a network, and what a mirror of it must hold."""

import json

from msgspec.structs import replace

from etl import ledger, sync
from etl.cli.build import choose
from etl.exchange import Answer
from etl.job import Job
from etl.platforms import PLATFORMS
from etl.platforms.label_studio.login import explain
from etl.standins.exchange import Request as Asked
from etl.standins.label_studio.installation import TOKEN
from etl.sync import Finished
from etl.verdict import verdict
from mirror import SOURCE, content, live, rows
from senders import LabelStudio

PLATFORM = PLATFORMS["label_studio"]
BOX = {"id": "a", "type": "rectanglelabels", "value": {"x": 1.5, "rectanglelabels": ["Car"]}}


class Server(LabelStudio):
    """A Label Studio that may refuse, in which things may happen while it is read.

    `meanwhile` holds pairs of a condition on a request and what happens just before it is
    answered, once.
    """

    def __init__(self):
        super().__init__()
        self.meanwhile = []

    @property
    def requests(self):
        return len(self.asked)

    def conceal(self, error):
        """Nothing here is secret."""

    def send(self, request):
        self.asked.append(request)
        for happening in list(self.meanwhile):
            if happening[0](request):
                self.meanwhile.remove(happening)
                happening[1]()
        params = [(name, str(value)) for name, value in request.params.items()]
        headers = {"authorization": f"Token {TOKEN}"}
        asked = Asked(method=request.method, path=request.path, params=params, headers=headers)
        got = self._api.answer(asked)
        date = f"{self.clock.now():%a, %d %b %Y %H:%M:%S} GMT"
        answer = Answer(got.status, {"content-type": got.content_type, "date": date}, got.body)
        if error := explain(SOURCE, answer) or verdict(request, answer):
            raise error
        return answer

    def action(self, name, project, **body):
        """Run a bulk action of the Data Manager on the tasks that `included` names."""
        chosen = {"all": False, "included": body.pop("included")}
        content = {"project": project, "selectedItems": chosen, **body}
        asked = Asked(
            method="POST",
            path="/api/dm/actions/",
            params=[("id", name), ("project", str(project))],
            headers={"authorization": f"Token {TOKEN}"},
            body=json.dumps(content).encode(),
        )
        assert self._api.answer(asked).status == 200

    def project(self, tasks, title="Boxes", **row):
        """Add a project with so many tasks; give its id, and theirs."""
        project = self.state.add_project(title)
        made = [{"data": {"n": n}, **row} for n in range(tasks)]
        found = [task.id for task in self.state.import_tasks(project.id, made)]
        self.wait()  # later than any lookback
        return project.id, found


def run(session, server, *streams, trusting=False, full=False, **settings):
    """Synchronise as a run does; give the reports by stream."""
    source = replace(SOURCE, **settings)
    job = Job(source, PLATFORM, server, choose(PLATFORM, source, streams), full=full)
    with ledger.opened(session) as books:
        events = list(sync.run([replace(job, allow_mass_delete=trusting)], session, books))
    return {e.report.stream: e.report for e in events if isinstance(e, Finished)}


def well(reports):
    """Give the reports of a run in which every stream went well."""
    assert {name: (r.outcome, r.error) for name, r in reports.items()} == dict.fromkeys(
        reports, ("ok", None)
    )
    return reports


def written(reports):
    """Count the rows that a run wrote."""
    counts = [report.counts for report in reports.values()]
    return sum(c.inserted + c.updated + c.deleted for c in counts)


def asked_by(reports):
    return {name: report.requests for name, report in reports.items()}


def gone(session, kind):
    """List the ids of the tombstones."""
    found = rows(session, f"label_studio_{kind}", without=())
    return [row["id"] for row in found if row["deleted_at"]]


def ids(session, kind):
    """List the ids of the living."""
    return [row["id"] for row in live(session, f"label_studio_{kind}")]


def truth(server):
    """Give the ids of what there is."""
    state = server.state
    kinds = ("users", "projects", "tasks", "annotations", "predictions")
    return {kind: sorted(getattr(state, kind)) for kind in kinds}


def timeless(session):
    """Give what is mirrored, without what changes with every request of a user."""
    found = content(session)
    for user in found["label_studio_users"]:
        del user["last_activity"]
    return found


def assert_mirrored(session, sqlite_session, server):
    """Compare the mirror with a new one, and that with the ids of what there is."""
    well(run(sqlite_session, server))
    assert timeless(session) == timeless(sqlite_session)
    assert {kind: ids(session, kind) for kind in truth(server)} == truth(server)

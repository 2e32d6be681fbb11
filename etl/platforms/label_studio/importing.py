"""How tasks are put into Label Studio, and what its answers say: generators, no I/O.

See https://api.labelstud.io/api-reference/api-reference/projects/import-tasks. The Community
edition imports while it answers; others answer with the number of a job. What follows was measured
on a server of version 1.23.2, in both ways.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any
from xml.etree import ElementTree as ET

import msgspec

from etl.errors import BadAnswer, Missing
from etl.exchange import Answer, Request
from etl.intake import Intake, Job, JobSearch, Questions, counted
from etl.paging import excerpt, listing, mapping
from etl.platforms.label_studio.finding import existing, marked, places, records
from etl.platforms.label_studio.refusals import problems, refuses
from etl.platforms.label_studio.tables import Import, ImportItem
from etl.platforms.label_studio.wrapping import (
    NAME,
    change,
    complete,
    key,
    searchable,
    wrapped,
)
from etl.source import Part
from etl.times import parsed, utc

BACK = 200  # jobs looked at, from the newest back, for one whose number was lost
COUNTS = ("task_count", "annotation_count", "prediction_count")
STALLED = timedelta(minutes=15)  # the longest that a job was seen to wait for what it is to do
CLOCKS = timedelta(seconds=30)  # by which the time since a batch was sent may be wrong
_SHOWN = re.compile(r"\$(\w+)")
_TOP = re.compile(r"[.\[]")  # what is behind it lies deeper in the data
TITLES = 20  # projects named where one is not there


def project(number: int) -> Questions[Part]:
    """Find the project that tasks are put into. Raises Missing, which names those there are."""
    try:
        answer = yield Request(f"/api/projects/{number}/", {"include": "id,title"})
    except Missing as error:
        found = yield Request("/api/projects/", {"include": "id,title", "page_size": TITLES})
        there = [msgspec.json.decode(one) for one in listing(found, "results").records]
        names = ", ".join(f"{one.get('title')!r} ({one.get('id')})" for one in there) or "none"
        raise Missing(f"no project {number}; there are: {names}", error.status) from error
    return Part(str(number), str(mapping(answer).get("title") or ""))


def required(number: int) -> Questions[frozenset[str]]:
    """Ask which fields the data of a task must have: those the labelling interface shows.

    The server takes them out of every tag that has a name, whatever is labelled with it.
    """
    answer = yield Request(f"/api/projects/{number}/", {"include": "id,label_config"})
    try:
        tags = list(ET.fromstring(str(mapping(answer).get("label_config"))).iter())[1:]  # noqa: S314  # expat stops what expands
    except ET.ParseError:
        return frozenset()
    values = [tag.get("value", "") for tag in tags if tag.get("name")]
    shown = [one[1:] if one.startswith("$") else "".join(_SHOWN.findall(one)[:1]) for one in values]
    return frozenset(name for one in shown if (name := _TOP.split(one)[0]))


def submission(number: int, records: Sequence[bytes]) -> Request:
    """Send tasks; never a second time unless it is certain that they did not arrive."""
    body = b"[" + b",".join(records) + b"]"
    params: dict[str, str | int] = {"return_task_ids": "true"}
    path = f"/api/projects/{number}/import"
    return Request(path, params, method="POST", body=body, once=True)


def answered(answer: Answer) -> Job:
    """Read what became of the tasks: done, or the number of a job. Raises BadAnswer."""
    said = mapping(answer)
    number = said.get("import")
    if type(number) is int:
        return Job(id=number, status="created")
    if type(said.get("task_count")) is not int:
        raise BadAnswer(f"an import is answered by {str(said)[:200]!a}")
    counts = {name: counted(said, name) for name in COUNTS}
    return Job(ids=_named(said), counts=counts)


def _named(said: Mapping[str, Any]) -> tuple[int, ...]:
    """Read the ids of the tasks that were made; none where they are no ids."""
    ids = said.get("task_ids")
    if not isinstance(ids, list) or any(type(one) is not int for one in ids):
        return ()
    return tuple(ids) if len(set(ids)) == len(ids) else ()


def job(number: int, job_id: int) -> Questions[Job]:
    """Ask what became of a job. Raises Missing, BadAnswer."""
    told = yield from _shown(number, job_id)
    if _of_another(told, number):  # the server does not look at the one in the address
        raise Missing(f"job {job_id} is one of project {told.project}, not of {number}")
    return _job(told)


def _shown(number: int, job_id: int) -> Questions[_Told]:
    return _told((yield Request(f"/api/projects/{number}/imports/{job_id}/")))


def _of_another(told: _Told, number: int) -> bool:
    """Tell whether a job is one of another project, where it says of which it is."""
    return told.project not in (None, number)


def _job(told: _Told) -> Job:
    said = msgspec.structs.asdict(told)
    return Job(
        id=told.id,
        status=told.status,
        ids=_named(said),
        made=counted(said, "task_count"),
        counts={name: counted(said, name) for name in COUNTS},
        error=told.error,
        created_at=utc(told.created_at),
        records=_records(bytes(told.tasks)),
    )


class _Told(msgspec.Struct):
    """What a server says of a job, which it never says the end of; `tasks` may be many MB."""

    id: int
    status: str
    error: str | None = None
    created_at: str | None = None
    project: Any = None
    task_ids: Any = None
    task_count: Any = None
    annotation_count: Any = None
    prediction_count: Any = None
    tasks: msgspec.Raw = msgspec.Raw(b"null")
    url: Any = msgspec.UNSET
    file_upload_ids: Any = None

    @property
    def has_nothing_to_do(self) -> bool:
        """Tell whether a job waits, and there is nothing in it: no tasks, no address, no files.

        The server writes a job down, then its tasks, then begins it. Where it could not store
        them, as those with a number that is infinite to Python, or with NUL on PostgreSQL, it
        answers 500, and the job stays as it is for ever.
        """
        said = (self.status, self.error, bytes(self.tasks), self.url, self.file_upload_ids)
        return said == ("created", None, b"null", None, [])


def _told(answer: Answer) -> _Told:
    """Read what is said of a job; what is JSON only to Python is put so that all can read it."""
    try:
        return msgspec.json.decode(answer.body, type=_Told)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        proper = json.dumps(mapping(answer), ensure_ascii=False).encode("utf-8", "replace")
        return msgspec.json.decode(msgspec.json.encode(json.loads(proper)), type=_Told)
    except RecursionError as error:
        raise BadAnswer(f"a job is nested too deeply: {excerpt(answer.body)}") from error


def _records(tasks: bytes) -> list[bytes]:
    """Give the tasks that a job was sent, without reading them; none where there is no list."""
    if not tasks.startswith(b"["):
        return []
    return [bytes(one) for one in msgspec.json.decode(tasks, type=list[msgspec.Raw])]


def job_search(
    number: int, mark: str, ago: timedelta, *, over: bool = False, above: int = 0
) -> Questions[JobSearch]:
    """Look for a batch, sent so long `ago`, among the server's jobs, of which there is no list.

    A job that makes no tasks tells the newest number: from there it goes back, job by job. That a
    batch is not among them is certain only if our jobs can be seen, as that one can, with what they
    were sent, if each number was seen down to one that is older than the batch, or to `above`, the
    last that is known to be. Each job is shown with all its tasks.
    One with nothing to do is not a batch that is `over`, nor one that had the time to be stored.
    """
    newest = answered((yield _probe(number)))
    if newest.id is None:
        return JobSearch()
    try:
        probe = yield from job(number, newest.id)
    except Missing:  # ours are hidden from us
        return JobSearch(queued=True)
    told = bool(probe.records)
    for job_id in range(newest.id - 1, max(newest.id - 1 - BACK, above), -1):
        try:
            shown = yield from _shown(number, job_id)
        except (Missing, BadAnswer):  # one of others, ours that is being begun, or unreadable
            told = False
            continue
        found, another = _job(shown), _of_another(shown, number)
        if not another and any(mark.encode() in record for record in islice(found.records, 1)):
            return JobSearch(found, settled=True)
        if _older(found, probe, ago):
            return JobSearch(settled=told, queued=True)
        empty = shown.has_nothing_to_do and (over or _older(found, probe, STALLED))
        told = told and (another or empty or bool(found.records))
    return JobSearch(settled=told and newest.id - 1 - BACK <= above, queued=True)


def _probe(number: int) -> Request:
    params: dict[str, str | int] = {"commit_to_project": "false"}
    path = f"/api/projects/{number}/import"
    return Request(path, params, method="POST", json=[{"data": {NAME: "no task"}}])


def _older(found: Job, probe: Job, ago: timedelta) -> bool:
    """Tell whether a job was made before a batch was sent, by the server's clock."""
    if not found.created_at or not probe.created_at:
        return False
    return parsed(found.created_at) < parsed(probe.created_at) - ago - CLOCKS


INTAKE = Intake(
    stream="tasks",
    jobs=Import,
    items=ImportItem,
    project=project,
    required=required,
    complete=complete,
    wrapped=wrapped,
    key=key,
    searchable=searchable,
    submission=submission,
    answered=answered,
    job=job,
    job_search=job_search,
    marked=marked,
    records=records,
    places=places,
    existing=existing,
    change=change,
    problems=problems,
    refuses=refuses,
)

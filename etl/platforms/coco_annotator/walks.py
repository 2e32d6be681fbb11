"""How the streams of COCO Annotator that come whole are walked: all but images and annotations.

Nothing on this platform tells when it changed, so everything is read and compared by content.
Some of its GETs change the server (scan, export, reset/metadata, logout): none is asked for here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from etl.errors import Forbidden, SourceError
from etl.paging import listing
from etl.platforms.coco_annotator.scope import burials, choose, named
from etl.stream import Answer, Complete, Page, Position, Request, Start, Walk

PAGE = 1_000  # users a request
LISTED_EXPORTS = 50  # the newest ones of a dataset; older ones are not listed


def datasets(start: Start) -> Walk:
    """Read the datasets; those that are gone were deleted, if the account sees all."""
    found = listing((yield Request("/api/dataset/")))
    chosen = choose(start, found).chosen
    dates = yield from burials(start, "dataset")
    ids = frozenset(map(ident, found.records))
    complete = Complete("id", sorted(dates, key=str), ids, dates)
    if start.identity.sees_all:
        complete = Complete("source", [start.source.name], ids, dates)
    records = [record for record in found.records if ident(record) in chosen]
    yield Page(records, total=len(records), complete=complete, last=True)


def categories(start: Start) -> Walk:
    """Read the categories, deleted ones included; one that is missing was deleted for good."""
    yield from _whole(start, "/api/category/")


def tasks(start: Start) -> Walk:
    """Read the server's jobs; everybody is shown all of them."""
    yield from _whole(start, "/api/tasks/")


def _whole(start: Start, path: str) -> Walk:
    found = listing((yield Request(path)))
    ids = frozenset(map(ident, found.records))
    complete = Complete("source", [start.source.name], ids) if start.identity.sees_all else None
    yield Page(found.records, total=len(found.records), complete=complete, last=True)


def users(start: Start) -> Walk:
    """Read the people: all for an administrator, else those a dataset is shared with."""
    try:
        yield from _all_users(start)
    except Forbidden:
        yield from _members()


def _all_users(start: Start) -> Walk:
    """Page through /api/admin/users, which gives one page too many where they are full."""
    names: set[str] = set()
    number, announced, seen = 1, 1, 0
    while seen < announced:
        answer = yield Request("/api/admin/users", {"page": number, "limit": PAGE})
        found = listing(answer, "users")
        announced, left = found.number("total"), found.number("total") - seen
        seen, number = seen + len(found.records), number + 1
        names.update(name for name in map(username, found.records) if name)
        last = seen >= announced or not found.records
        proven = last and len(names) == announced == seen
        complete = Complete("source", [start.source.name], frozenset(names)) if proven else None
        yield Page(found.records, total=left, complete=complete, last=last)
        if not found.records:
            return


def _members() -> Walk:
    """Collect the members of the datasets the account sees; their ids are not told."""
    people: dict[str, Any] = {}
    for dataset in (yield from named("/api/dataset/")):
        try:
            found = listing((yield Request(f"/api/dataset/{dataset.id}/users")))
        except Forbidden:
            continue
        people.update((name, r) for r in found.records if (name := username(r)))
    yield Page(list(people.values()), total=len(people), last=True)


def exports(start: Start) -> Walk:
    """Read a dataset's exports: the list names them, each new one is asked for by its id.

    Only the owner of a dataset or an administrator may; to anybody else they are not there.
    """
    part = start.part.key
    try:
        listed = listing((yield Request(f"/api/dataset/{part}/exports"))).records
    except Forbidden:
        if start.identity.sees_all:
            raise
        return
    ids = sorted(map(ident, listed))
    known = set((start.position.state or {}).get("ids", ()))
    records = yield from _each([f"/api/export/{key}" for key in ids if key not in known])
    whole = len(ids) < LISTED_EXPORTS
    complete = Complete("dataset_id", [int(part)], frozenset(ids)) if whole else None
    done = Position(state={"ids": ids})
    yield Page(records, done, len(records), complete, last=True)


def _each(paths: Sequence[str]) -> Any:
    """Ask for single documents, side by side; one that went away meanwhile is left out."""
    try:
        answers: list[Answer] = (yield [Request(path) for path in paths]) if paths else []
    except SourceError:
        answers = []
        for path in paths:
            answers += yield from _one(path)
    return [answer.body for answer in answers]


def _one(path: str) -> Any:
    try:
        return [(yield Request(path))]
    except SourceError as error:
        if error.status != 400:  # noqa: PLR2004  # what an unknown id is answered with
            raise
        return []


class _Identified(msgspec.Struct):
    id: int | None = None
    username: str | None = None


def ident(record: bytes) -> int:
    """Give a record's id, 0 for one that has none and will be set aside."""
    return _identified(record).id or 0


def username(record: bytes) -> str:
    """Give a user's name."""
    return json.loads(bytes(record)).get("username") or ""


def _identified(record: bytes) -> Any:
    try:
        return msgspec.json.decode(record, type=_Identified)
    except msgspec.DecodeError:
        return _lenient(record)


def _lenient(record: bytes) -> _Identified:
    """Look at a record with a bare NaN, or with an id of another kind."""
    content = json.loads(bytes(record))
    found = content.get("id") if isinstance(content, dict) else None
    return _Identified(found if type(found) is int else None)

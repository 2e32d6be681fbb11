"""How the streams of COCO Annotator that come whole are walked: all but images and annotations.

Nothing on this platform tells when it changed, so everything is read and compared by content.
Some of its GETs change the server (scan, export, reset/metadata, logout): none is asked for here.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import msgspec

from etl.around import MOST_UNREADABLE, Places, at_place, page_around
from etl.errors import BadAnswer, Forbidden, SourceError
from etl.exchange import SERVER_ERROR, Answer, Request
from etl.numbered import Count
from etl.paging import Listing, listing
from etl.platforms.coco_annotator.records import peek
from etl.platforms.coco_annotator.scope import among, burials, choose, named
from etl.walk import Asking, Complete, Page, Position, Start, Tally, Unreadable, Walk

NOT_THERE = 400  # the status of an unknown id, or of one that is not shown to us
LISTED_EXPORTS = 50  # the newest ones of a dataset; older ones are not listed


def datasets(start: Start) -> Walk:
    """Read the datasets; those that are gone were deleted, if the account sees all.

    Raises ConfigurationError at its end for one that is named in the settings and is not there.
    """
    found = listing((yield Request("/api/dataset/")))
    asked = among(start, found)
    dates = yield from burials(start, "dataset")
    ids = frozenset(map(ident, found.records))
    complete = Complete("id", sorted(dates, key=str), ids, dates)
    if start.identity.sees_all and ids:  # an empty list may be anything
        complete = Complete("source", [start.source.name], ids, dates)
    wanted = asked.chosen if asked.restricted else ids  # one without an id is set aside
    records = [record for record in found.records if ident(record) in wanted]
    yield Page(records, total=len(records), complete=complete, last=True)
    choose(start, found)


def categories(start: Start) -> Walk:
    """Read the categories, deleted ones included; one that is missing was deleted for good."""
    yield from _whole(start, "/api/category/", shown=start.identity.sees_all)


def tasks(start: Start) -> Walk:
    """Read the server's jobs; everybody is shown all of them."""
    yield from _whole(start, "/api/tasks/", shown=True)


def _whole(start: Start, path: str, *, shown: bool) -> Walk:
    found = listing((yield Request(path)))
    ids = frozenset(map(ident, found.records))
    complete = Complete("source", [start.source.name], ids) if shown else None
    yield Page(found.records, total=len(found.records), complete=complete, last=True)


def users(start: Start) -> Walk:
    """Read the people: all for an administrator, else those a dataset is shared with."""
    try:
        yield from _all_users(start)
    except Forbidden:
        yield from _members()


def _all_users(start: Start) -> Walk:
    """Page through /api/admin/users, which gives one page too many where they are full.

    It is read once more where it does not add up. Raises BadAnswer where it never does.
    """
    places = Places(_people, lambda answer: _read(answer).number("total"))
    size = start.source.page_size
    for again in (False, True):
        count, number, ended = Count(), 1, False
        while not ended:
            found = yield from page_around(places, (number - 1) * size, size, _read, _unnamed)
            left, number = found.number("total") - count.came, number + 1
            names = [name for name in map(username, found.records) if name]
            ended = count.note(names, found, "total")
            last = ended and (again or count.adds_up)
            proven = last and count.proven
            complete = Complete("source", [start.source.name], count.known) if proven else None
            lost = found.unreadable
            yield Page(found.records, total=left, complete=complete, last=last, unreadable=lost)
        if count.adds_up:
            return
    count.check()


def _people(place: int, size: int) -> Request:
    return Request("/api/admin/users", {"page": place // size + 1, "limit": size})


def _read(answer: Answer) -> Listing:
    return listing(answer, "users")


def _unnamed(place: int, error: BadAnswer) -> Asking:
    """Set a person aside by their place: nothing less than a page tells their name."""
    yield from ()
    return at_place(place, error)


def _members() -> Walk:
    """Collect the members of the datasets the account sees; their ids are not told."""
    people: dict[str, Any] = {}
    for dataset in (yield from named("/api/dataset/", strict=False)):
        try:
            found = listing((yield Request(f"/api/dataset/{dataset.id}/users")))
        except SourceError as error:
            if not isinstance(error, Forbidden) and error.status != NOT_THERE:
                raise
            continue
        people.update((name, r) for r in found.records if (name := username(r)))
    yield Page(list(people.values()), total=len(people), last=True)


def exports(start: Start) -> Walk:
    """Read a dataset's exports: the list names them, each new one is asked for by its id."""
    known = set((start.position.state or {}).get("ids", ()))
    yield from _exports(start, known)


def check_exports(start: Start) -> Walk:
    """Compare the ids that are listed; an export never changes."""
    here: dict[int, int] = yield Tally("id")
    yield from _exports(start, set(here))


def _exports(start: Start, known: set[int]) -> Walk:
    """Ask for those that are not known.

    Only the owner of a dataset or an administrator may; to anybody else they are not there.
    """
    part = start.part.key
    try:
        listed = listing((yield Request(f"/api/dataset/{part}/exports"))).records
    except SourceError as error:
        hidden = isinstance(error, Forbidden) and not start.identity.sees_all
        if not hidden and error.status != NOT_THERE:
            raise
        return
    ids = sorted(key for key in map(ident, listed) if key > 0)
    nameless = len(listed) - len(ids)  # they cannot be asked for
    new = {key: f"/api/export/{key}" for key in ids if key not in known}
    answers, lost = yield from singles(new)
    records = [answer.body for answer in answers]
    whole = len(ids) < LISTED_EXPORTS and not nameless
    complete = Complete("dataset_id", [int(part)], frozenset(ids)) if whole else None
    unread = {one.id for one in lost}  # asked for by the next run, as if it were new
    done = Position(state={"ids": [key for key in ids if key not in unread]})
    lost += _without_id(part, nameless)
    gone = [str(key) for key in start.unreadable if key not in ids]
    gone += [place for place in start.places if place not in {one.id for one in lost}]
    # One set aside before is not asked for again, so only a walk that knows none releases it.
    yield Page(
        records,
        done,
        len(records),
        complete,
        last=not known and not nameless,
        unreadable=lost,
        readable=gone,
    )


def _without_id(part: str, count: int) -> list[Unreadable]:
    """Set exports aside that are listed without an id, by which alone they can be asked for."""
    reason = f"listed for dataset {part} without an id"
    return [Unreadable(f"place {number}", reason) for number in range(1, count + 1)]


def singles(paths: Mapping[int, str]) -> Generator[Any, Any, tuple[list[Answer], list[Unreadable]]]:
    """Ask for single documents by their ids, side by side; one that is gone is left out.

    Those that the server cannot give are told apart, unless they are so many that it is not they.
    """
    if not paths:
        return [], []
    try:
        answers: list[Answer] = yield [Request(path) for path in paths.values()]
    except SourceError as error:
        if error.status not in (NOT_THERE, SERVER_ERROR):
            raise
    else:
        return answers, []
    answers, lost = [], list[Unreadable]()
    for key, path in paths.items():
        try:
            answers.append((yield Request(path)))
        except SourceError as error:
            if error.status == SERVER_ERROR and len(lost) < MOST_UNREADABLE:
                lost.append(Unreadable(key, str(error)))
            elif error.status != NOT_THERE:
                raise
    return answers, lost


class _Identified(msgspec.Struct):
    id: int


class _Called(msgspec.Struct):
    username: str = ""


_IDENTIFIED = msgspec.json.Decoder(_Identified)
_CALLED = msgspec.json.Decoder(_Called)


def ident(record: bytes) -> int:
    """Give a record's id, 0 for one that has none and will be set aside."""
    try:
        return peek(record, _IDENTIFIED).id
    except msgspec.DecodeError:
        return 0


def username(record: bytes) -> str:
    """Give a user's name, nothing for one that has none and will be set aside."""
    try:
        return peek(record, _CALLED).username
    except msgspec.DecodeError:
        return ""

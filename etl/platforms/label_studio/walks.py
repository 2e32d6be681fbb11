"""How each stream of Label Studio is walked: generators of requests and pages, no I/O.

Tasks are paged by id, never by number: a deletion on an earlier page would shift the pages and
hide as many tasks. They are filtered by `updated_at` and never ordered by it while paging: bulk
actions stamp thousands of tasks with one time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from etl.errors import ConfigurationError
from etl.exchange import Request
from etl.keyset import keyset
from etl.numbered import numbered
from etl.paging import Listing, mapping, one_list
from etl.platforms.label_studio import left_out, login, unreadable
from etl.platforms.label_studio.query import TASKS, whole
from etl.platforms.label_studio.window import position, window
from etl.source import Part
from etl.walk import Complete, Page, Start, Walk

PROJECTS_PAGE = 100  # the server's maximum; more is clamped without a word


class _Titled(msgspec.Struct):
    id: Any = None
    title: Any = None


class _Person(msgspec.Struct):
    first_name: Any = None
    email: Any = None


def users(start: Start) -> Walk:
    """Read everyone in the organisation; the list is not paged.

    Of one who was removed from it the list goes on telling the id, under the name of a "Deleted
    User": as if that were gone, so that the mirror keeps the last name it knows.
    """
    path, values = Request("/api/users/"), [start.source.name]
    yield from one_list(path, column="source", values=values, keep=_is_member)


def _is_member(user: bytes) -> bool:
    try:
        person = msgspec.json.decode(user, type=_Person)
    except msgspec.DecodeError:
        return True  # left to the quarantine
    return not (person.first_name == person.email == "Deleted")


def projects(start: Start) -> Walk:
    """Read the projects, by number: there is no key to page by, and there are few.

    Raises ConfigurationError when the source is restricted to a project that is not there.
    """
    found: dict[str, str] = {}

    def request(number: int, **other: str | int) -> Request:
        paging: dict[str, str | int] = {"ordering": "id", "page": number}
        paging["page_size"] = PROJECTS_PAGE
        fields = {"omit": ",".join(sorted(left_out.OF_PROJECTS | left_out.SECRETS))}
        return Request("/api/projects/", paging | fields | other)

    def keep(record: bytes) -> bool:
        try:
            project = msgspec.json.decode(record, type=_Titled)
        except msgspec.DecodeError:
            return True  # left to the quarantine
        found[str(project.id)] = str(project.title)
        return start.source.wants(Part(str(project.id), str(project.title)))

    def complete(ids: frozenset[int | str]) -> Complete | None:
        return Complete("source", [start.source.name], ids) if ids else None

    blind = yield from numbered(
        request,
        name="results",
        total="count",
        keep=keep,
        complete=complete,
        around=unreadable.projects(request, PROJECTS_PAGE),
    )
    if blind:
        return  # any project may be the one that cannot be read
    if not found:
        # All projects deleted, or we were removed since this run began: that looks the same.
        login.membership(mapping((yield Request(login.WHOAMI))))
        yield Page([], complete=Complete("source", [start.source.name], frozenset()), last=True)
    _refuse_missing(start, found)


def _refuse_missing(start: Start, found: Mapping[str, str]) -> None:
    """Refuse a restriction to projects that are not there. Raises ConfigurationError."""
    missing = {str(part) for part in start.source.parts} - found.keys() - set(found.values())
    if missing:
        there = ", ".join(f"{title!r} ({key})" for key, title in found.items()) or "none"
        raise ConfigurationError(f"no project {', '.join(sorted(missing))}; there are: {there}")


def tasks(start: Start) -> Walk:
    """Read the tasks of one project that were written since the watermark, less the lookback.

    The lookback is for rows stamped long before they were committed: an import's tasks carry the
    times of their making and appear together, seconds to minutes later. What was deleted, and
    what was written without a stamp, is left to the proof.
    """
    if start.unreadable:
        yield from unreadable.asked_again(start)
    state = start.position.state
    if not state or "after" not in state:
        state = yield from window(start)
    if state is None:
        return
    if state["after"] is None:
        yield Page([], position(start, state, 0, 0), 0)
        return

    def request(after: int) -> Request:
        return Request(TASKS, whole(start, since=state["since"], after=after))

    def page(found: Listing, after: int, left: int) -> Page:
        return Page(
            found.records,
            position(start, state, after, left),
            left + len(found.records),
            last=left <= 0,
        )

    near, after = unreadable.near(start, since=state["since"]), state["after"]
    yield from keyset(request, page, name="tasks", total="total", after=after, around=near)

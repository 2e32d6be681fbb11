"""Which datasets and images a mirror is restricted to, and what may be concluded from that."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from etl.errors import BadAnswer, ConfigurationError, SourceError
from etl.exchange import Answer, Request
from etl.paging import Listing, listing, loads
from etl.platforms.coco_annotator.records import moment, peek
from etl.source import Part
from etl.times import utc
from etl.walk import Complete, Start

Asking = Generator[Request, Any, Any]


class Named(msgspec.Struct):
    """A dataset or category as far as a restriction looks at it."""

    id: int
    name: Any = None

    @property
    def title(self) -> str:
        """The name; none of a name that is no text."""
        return self.name if isinstance(self.name, str) else ""


_NAMED = msgspec.json.Decoder(Named)


@dataclass(frozen=True)
class Scope:
    """What is asked for: of the datasets shown to us the chosen ones, and filters on their images.

    It is `restricted` if something of what there is may lie outside.
    """

    chosen: frozenset[int]
    restricted: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)

    def still(self, later: Scope) -> Scope:
        """Give what was asked for all the while: what is shown to us no longer is not gone."""
        lost = self.chosen - later.chosen
        return replace(self, chosen=self.chosen - lost, restricted=self.restricted or bool(lost))

    def complete(self, start: Start, ids: frozenset[int], dates: Mapping[Any, str]) -> Complete:
        """Claim that `ids` are all there is in what the account sees and the mirror holds.

        What lies in datasets that are not shown to us, or no longer, is none of our business.
        """
        if start.identity.sees_all and not self.restricted:
            return Complete("source", [start.source.name], ids, dates)
        return Complete("dataset_id", sorted(self.chosen), ids, dates)

    def covers(self, dataset: int | None) -> bool:
        """Tell whether a dataset is asked for; those gone from the list are, if all are."""
        return dataset in self.chosen or not self.restricted


def scope(start: Start) -> Generator[Request, Answer, Scope]:
    """Ask what the restrictions of the source come to. Raises ConfigurationError as `choose`."""
    asked = yield from shown(start)
    return replace(asked, filters=(yield from _filters(start)))


def shown(start: Start) -> Generator[Request, Answer, Scope]:
    """Ask which datasets are shown to us, of those asked for."""
    return choose(start, listing((yield Request("/api/dataset/"))))


def choose(start: Start, datasets: Listing) -> Scope:
    """Tell which of the listed datasets are asked for.

    Raises ConfigurationError for a name that is not there.
    """
    wanted = {str(part) for part in start.source.parts}
    _refuse_unknown(start, "datasets", wanted, _named(datasets, strict=bool(wanted)))
    return among(start, datasets)


def among(start: Start, datasets: Listing) -> Scope:
    """Tell which of the listed datasets are asked for, whatever else is."""
    restricted = bool(start.source.parts)
    named = _named(datasets, strict=restricted)
    there = ((d.id, Part(str(d.id), d.title)) for d in named)
    chosen = frozenset(key for key, part in there if start.source.wants(part))
    return Scope(chosen, restricted=restricted)


def _filters(start: Start) -> Asking:
    """Spell the restrictions on images as the server's filters."""
    options = start.source.options
    filters = {}
    if "annotated" in options:
        filters["annotated"] = str(options["annotated"]).lower()
    if "folder" in options:
        filters["folder"] = str(options["folder"])
    if wanted := {str(name) for name in options.get("categories", ())}:  # type: ignore[union-attr]  # a list, by its Option
        if filters.get("annotated") == "false":
            raise ConfigurationError(
                f"{start.source.name}: annotated = false leaves out every image that categories "
                "asks for; leave one of them out"
            )
        categories = yield from named("/api/category/")
        _refuse_unknown(start, "categories", wanted, categories)
        ids = [c.id for c in categories if not wanted.isdisjoint((str(c.id), c.title))]
        filters["category_ids__in"] = ",".join(map(str, ids))
        filters["annotated"] = "true"  # without it, every image nobody annotated comes along
    return filters


def _refuse_unknown(start: Start, what: str, wanted: set[str], there: list[Named]) -> None:
    known = {str(one.id) for one in there} | {one.title for one in there}
    if unknown := sorted(wanted - known):
        names = ", ".join(sorted(one.title or str(one.id) for one in there)) or "none"
        raise ConfigurationError(
            f"{start.source.name}: {what} {', '.join(unknown)}: not on the server, or not shown "
            f"to this account; there are: {names}"
        )


def named(path: str, *, strict: bool = True) -> Generator[Request, Answer, list[Named]]:
    """List id and name of everything a path lists."""
    return _named(listing((yield Request(path))), strict=strict)


def _named(found: Listing, *, strict: bool) -> list[Named]:
    """Read ids and names. Raises BadAnswer for one without an id, which may be one that is wanted.

    Where all are wanted, it is left out here, and to the quarantine of its own stream.
    """
    read: list[Named] = []
    for record in found.records:
        try:
            read.append(peek(record, _NAMED))
        except msgspec.DecodeError as error:
            if strict:
                said = f"the answer lists something without a proper id: {error}"
                raise BadAnswer(said) from error
    return read


def image_ids(
    start: Start, dataset: int, filters: Mapping[str, str], after: int = 0
) -> Generator[Request, Answer, set[int]]:
    """List the ids of a dataset's images, by id and above one.

    Never in the server's own order, by file name: names repeat in sub-folders, and between two
    pages equal names change places.
    """
    ids, size = set[int](), start.source.page_size
    while True:
        asked: dict[str, str | int] = {"limit": size, "order": "id", "id__gt": after, **filters}
        found = listing((yield Request(f"/api/dataset/{dataset}/data", asked)), "images")
        page, left = [peek(record, _WITH_ID).id for record in found.records], found.number("total")
        if page and (page[0] <= after or page != sorted(set(page))):
            raise BadAnswer(f"asked for ids above {after} in order, got others: filter ignored")
        if left and not page:
            raise BadAnswer(f"the answer announces {left} images and holds none")
        ids.update(page)
        if left <= len(page):
            return ids
        after = page[-1]


class _WithId(msgspec.Struct):
    id: int


_WITH_ID = msgspec.json.Decoder(_WithId)


def burials(start: Start, kind: str) -> Generator[Request, Answer, dict[int | str, str]]:
    """Ask when things were deleted: the newest thousand of them; an older server is not asked."""
    zone = ZoneInfo(start.source.server_timezone)
    try:
        answer = yield Request("/api/undo/list/", {"type": kind, "limit": 1000})
        listed = loads(answer.body)
        dates = {one["id"]: utc(moment(one.get("date"), zone)) for one in listed}
    except (SourceError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {key: date for key, date in dates.items() if date}

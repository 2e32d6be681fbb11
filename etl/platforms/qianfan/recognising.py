"""Knowing an account again by what it lists.

Keys are renewed, temporary ones every hour, and nothing tells whose they are. So an account is
known by its records: the first page of each list, at the moment when the key is another one.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

from etl.errors import SourceError
from etl.exchange import Answer, Request
from etl.platforms.qianfan.listings import V1_PAGE, V2_PAGE, Listing
from etl.source import Source
from etl.stream import Recognise


def recognising(lists: Mapping[str, Listing]) -> Recognise:
    """Make what asks for the first ids of each stream's list."""

    def recognise(source: Source) -> Generator[Request, Answer, Mapping[str, Sequence[int | str]]]:
        shown: dict[str, Sequence[int | str]] = {}
        for name, listing in lists.items():
            if source.streams and name not in source.streams:
                continue
            try:
                shown[name] = yield from _first(listing)
            except SourceError as error:
                if error.stops_source:
                    raise
        return shown

    return recognise


def _first(listing: Listing) -> Generator[Request, Answer, Sequence[str]]:
    if listing.action is None:
        return listing.offset_page((yield listing.by_offset(0, V1_PAGE))).ids
    return listing.marker_page((yield listing.by_marker("", V2_PAGE))).ids

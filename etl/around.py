"""Reading around a record that spoils its page, in a list that is paged by number or by place.

Without I/O, as all paging here. A page that the server fails to make is asked for in smaller ones,
until the record that spoils it is alone.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from etl.errors import BadAnswer, Missing
from etl.exchange import SERVER_ERROR, Answer, Request
from etl.paging import Listing
from etl.walk import Asking, Unreadable

MOST_UNREADABLE = 20  # records of one walk; where more fail, it is not the records

Piece = tuple[int, Answer | BadAnswer]
"""Where rows begin, counted from 0, and the answer that has them; the error of one that fails."""


@dataclass
class Places:
    """How to `ask` for so many rows from a place on, and what an answer says is the `total`.

    The size of a page divides the place where it begins. So many rows are `lost` so far.
    """

    ask: Callable[[int, int], Request]
    total: Callable[[Answer], int]
    lost: int = 0
    _known: int | None = None

    def pieces(
        self, place: int, size: int, error: BadAnswer
    ) -> Generator[Request, Answer, list[Piece]]:
        """Read the rows of a page that failed, in smaller pages.

        Raises the error where it is not the fault of single rows.
        """
        if error.status != SERVER_ERROR:
            raise error
        if size == 1:
            self.lost += 1
            if self.lost > MOST_UNREADABLE:
                raise error
            return [(place, error)]
        found: list[Piece] = []
        step = _smaller(size)
        for begin in range(place, place + size, step):
            if self._known is not None and begin >= self._known:
                break
            try:
                found += yield from self._piece(begin, step)
            except Missing:
                if self._known is not None or not found:
                    raise
                self._known = begin  # a page behind the last one
        return found

    def _piece(self, place: int, size: int) -> Generator[Request, Answer, list[Piece]]:
        try:
            answer = yield self.ask(place, size)
        except BadAnswer as error:
            return (yield from self.pieces(place, size, error))
        self._known = self.total(answer)
        return [(place, answer)]


def page_around(
    places: Places,
    place: int,
    size: int,
    read: Callable[[Answer], Listing],
    named: Callable[[int, BadAnswer], Asking],
) -> Asking:
    """Read the page of so many rows from a place on, around those that spoil it.

    Raises BadAnswer where it is not the fault of single rows.
    """
    try:
        return read((yield places.ask(place, size)))
    except BadAnswer as error:
        pieces = yield from places.pieces(place, size, error)
        return (yield from merged(pieces, read, named))


def merged(
    pieces: Sequence[Piece],
    read: Callable[[Answer], Listing],
    named: Callable[[int, BadAnswer], Asking],
) -> Asking:
    """Make one listing of the pieces of a page; `named` makes what is set aside of a place.

    Raises the error where no piece could be had: then nothing tells what there is.
    """
    records, lost, envelope = list[bytes](), list[Unreadable](), None
    for place, piece in pieces:
        if isinstance(piece, BadAnswer):
            error = piece
            lost.append((yield from named(place, piece)))
            continue
        found = read(piece)
        records += found.records
        envelope = found.envelope
    if envelope is None:
        raise error
    return Listing(records, envelope, lost)


def at_place(place: int, error: BadAnswer) -> Unreadable:
    """Set a record aside of which nothing is known but its place, counted from 1."""
    return Unreadable(f"place {place + 1}", str(error))


def _smaller(size: int) -> int:
    """Give the largest smaller size whose pages begin where those of this size do."""
    return next(size // n for n in range(2, size + 1) if size % n == 0)

"""Reading listings and paging through them, without I/O.

A paginator is a generator: it yields a `Request`, is sent the `Answer`, and yields `Page`s.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import msgspec

from etl.errors import BadAnswer
from etl.exchange import Answer, Request
from etl.times import http_date, text
from etl.walk import Complete, Page, Unreadable, Walk

_FLAT = msgspec.json.Decoder(dict[str, list[msgspec.Raw] | int | float | str | bool | None])
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


class _WithId(msgspec.Struct):
    id: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


_ID = msgspec.json.Decoder(_WithId)


class Listing(msgspec.Struct, frozen=True):
    """The records of one answer, each as its own JSON text, and what the envelope says.

    Records that are there but cannot be given are `unreadable`.
    """

    records: Sequence[bytes]
    envelope: Mapping[str, Any]
    unreadable: Sequence[Unreadable] = ()

    @property
    def ids(self) -> list[int]:
        """Give the ids there are, those of unreadable records as well."""
        found = [key for key in map(record_id, self.records) if key is not None]
        return found + [one.id for one in self.unreadable if isinstance(one.id, int)]

    def number(self, name: str) -> int:
        """Give a count out of the envelope. Raises BadAnswer when there is none."""
        found = self.envelope.get(name)
        if type(found) is not int or found < 0:
            shown = excerpt(repr(found).encode(errors="replace"))
            raise BadAnswer(f"the answer's {name!r} should be a count, it is {shown}")
        return found


def listing(answer: Answer, name: str | None = None) -> Listing:
    """Split an answer into records: the list called `name`, or the answer itself.

    An answer without the list is an error and never "no records". Raises BadAnswer.
    """
    try:
        return _listing(answer.body, name)
    except (msgspec.DecodeError, RecursionError):
        return _tolerant(answer.body, name)


def _listing(body: bytes, name: str | None) -> Listing:
    if name is None:
        return Listing(_raws(body), {})
    flat = _flat(body, name)
    if flat is not None:
        return flat
    fields = _FIELDS.decode(body)
    if name not in fields:
        raise BadAnswer(
            f"the answer has no list {name!r}; it has: {', '.join(fields) or 'nothing'}"
        )
    rest = {key: msgspec.json.decode(raw) for key, raw in fields.items() if key != name}
    return Listing(_raws(fields[name]), rest)


def _flat(body: bytes, name: str) -> Listing | None:
    """Split an answer that has but one list beside plain values, as most do, in one pass."""
    try:
        rest: dict[str, Any] = _FLAT.decode(body)
    except msgspec.ValidationError:
        return None
    records = rest.pop(name, None)
    plain = not any(value.__class__ is list for value in rest.values())
    return Listing(records, rest) if records.__class__ is list and plain else None


def _raws(body: Any) -> Sequence[bytes]:
    return _LIST.decode(body)  # each a view on the answer's bytes


def _tolerant(body: bytes, name: str | None) -> Listing:
    """Split an answer that is JSON only to a lenient reader, so that its good records land.

    A lone surrogate or a bare NaN spoils a whole answer for a strict reader; here it spoils its
    own record, which is then set aside.
    """
    content, rest = loads(body), {}
    if name is not None:
        content = content if isinstance(content, dict) else {}
        rest = {key: value for key, value in content.items() if key != name}
        content = content.get(name)
    if not isinstance(content, list):
        raise BadAnswer(f"the answer holds no list {name or ''}: {excerpt(body)}")
    try:
        return Listing([json.dumps(record).encode() for record in content], rest)
    except RecursionError as error:
        raise BadAnswer(f"the answer is nested too deeply: {excerpt(body)}") from error


def fields(raw: bytes) -> dict[str, msgspec.Raw]:
    """Take a record apart, each field as its own JSON text. Raises ValueError."""
    try:
        bytes(raw).decode()  # a view on an answer has no such thing
        return _FIELDS.decode(raw)
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8 text") from error
    except msgspec.ValidationError as error:
        raise ValueError("a record should be a JSON object") from error
    except msgspec.DecodeError as error:
        raise ValueError(f"it is not JSON ({error})") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def mapping(answer: Answer) -> dict[str, Any]:
    """Decode an answer that is one JSON object. Raises BadAnswer."""
    content = loads(answer.body)
    if not isinstance(content, dict):
        raise BadAnswer(f"the answer is not a JSON object: {excerpt(answer.body)}")
    return content


def loads(body: bytes) -> Any:
    """Decode JSON leniently. Raises BadAnswer for what is no JSON at all."""
    try:
        return json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise BadAnswer(f"the answer is not JSON ({error}): {excerpt(body)}") from error


def served_at(answer: Answer) -> str | None:
    """Give the time of an answer by the server's own clock (`MOMENT_FORMAT`, UTC)."""
    date = http_date(answer.headers.get("date"))
    return text(date) if date else None


def excerpt(body: bytes, length: int = 200) -> str:
    """Show the beginning of an answer on one line, control characters escaped."""
    shown = body[:length].decode(errors="replace")
    return ascii(shown)[1:-1] + ("…" if len(body) > length else "") if body else "(empty)"


def record_id(record: bytes) -> int | None:
    """Give the record's integer `id`, if it has a proper one."""
    try:
        return _ID.decode(record).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def last_id(records: Sequence[bytes], after: int) -> int:
    """Give the highest id of a page of ids in order, all beyond `after`.

    Raises BadAnswer where they are not: the server ignores filter or order, and paging on would
    lose rows or never end.
    """
    ids = [key for key in map(record_id, records) if key is not None]
    if not ids:
        raise BadAnswer("not one record of the page has an id, so there is no way to page on")
    if ids[0] <= after:
        raise BadAnswer(f"asked for ids above {after}, the page begins at {ids[0]}: filter ignored")
    if ids != sorted(set(ids)):
        raise BadAnswer("the page is not in the order of ids that was asked for")
    return ids[-1]


def one_list(
    request: Request,
    *,
    column: str,
    values: Sequence[int | str],
    keep: Callable[[bytes], bool] = lambda _record: True,
) -> Walk:
    """Read a listing that comes whole: what it does not name of those `values` is gone.

    What is not to be kept counts as not named. An empty one proves nothing: so does a server
    answer that no longer knows us.
    """
    records = [record for record in listing((yield request)).records if keep(record)]
    ids = [record_id(record) for record in records]
    known = frozenset(key for key in ids if key is not None)
    complete = Complete(column, values, known) if ids and None not in ids else None
    yield Page(records, total=len(records), complete=complete, last=True)

"""What COCO Annotator's records need before and beside their columns: times, ids, events.

The server stores times of its own clock as if they were UTC, except an export's and a user's.
MongoDB's types come as {"$date": milliseconds} and {"$oid": hexadecimal digits}.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, TypeVar

import msgspec

from etl.exchange import Json
from etl.times import utc

EVENT_COLUMNS = ("position", "user", "milliseconds", "tools_used", "created_at", "kind", "extra")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # a zone is put on later
_HUGE = 2**63
_EVENTS = msgspec.json.Decoder(list[dict[str, Any]] | None)
_CLAIMED = frozenset({"user", "milliseconds", "tools_used", "created_at", "_cls"})

Record = dict[str, Json]
T = TypeVar("T")


def peek(record: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Look at some fields of a record, bare NaN or not. Raises msgspec.DecodeError."""
    try:
        return decoder.decode(record)
    except msgspec.DecodeError as error:
        try:
            content = json.loads(bytes(record))
        except (ValueError, RecursionError):
            raise error from None
        try:
            return msgspec.convert(content, decoder.type)
        except UnicodeEncodeError:  # half a surrogate pair, which no column takes
            raise error from None


def local(record: Record, zone: tzinfo) -> Record:
    """Bring the times of a record that tells the server's local time into UTC."""
    mended = _flags(record) | _numbers(record)
    if "deleted_date" in record:
        mended["deleted_date"] = moment(record["deleted_date"], zone)
    if isinstance(record.get("events"), list):
        mended["events"] = [_event(event, zone) for event in record["events"]]
    return mended


def _numbers(record: Record) -> Record:
    """Spell numbers as their columns take them; what is none is kept beside, not the row lost.

    A NaN has become text by now; the server's own code writes 12.0 for 12 at times.
    """
    mended: Record = {}
    for name in ("milliseconds", "width", "height", "num_annotations"):
        value = record.get(name)
        if type(value) is float:
            whole = value.is_integer()
            mended |= {name: int(value)} if whole else {name: None, f"{name} (as sent)": value}
    for name in ("area", "progress", *mended):
        if record.get(name) in ("NaN", "Infinity", "-Infinity"):
            mended |= {name: None, f"{name} (as sent)": record[name]}
    return mended


def universal(record: Record, _zone: tzinfo) -> Record:
    """Spell out ids and times of a record that tells UTC."""
    mended = dict(record)
    for name in ("created_at", "last_seen"):
        if name in record:
            mended[name] = moment(record[name], UTC)
    if isinstance(record.get("id"), dict):
        mended["oid"] = mended.pop("id").get("$oid")
    return mended


def moment(value: Json, zone: tzinfo) -> str | None:
    """Read a time of MongoDB's, or as text. Raises ValueError for what is none."""
    if isinstance(value, dict):
        value = value.get("$date", value)
    if type(value) is int:
        value = _since_epoch(value)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{json.dumps(value)[:50]} is not a time")
    found = utc(value.removesuffix("Z") if value else None, zone)
    return f"{found[:10]}T{found[11:]}Z" if found else None


def _since_epoch(milliseconds: int) -> str:
    try:
        return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat()
    except OverflowError as error:
        raise ValueError(f"{milliseconds} is no time of the years 1 to 9999") from error


def events(listed: bytes) -> tuple[list[tuple[Any, ...]]]:
    """Give the rows of a record's events."""
    return ([_row(n, event) for n, event in enumerate(_EVENTS.decode(listed) or ())],)


def _row(position: int, event: Record) -> tuple[Any, ...]:
    rest = {name: value for name, value in event.items() if name not in _CLAIMED}
    tools = event.get("tools_used")
    return (
        position,
        _typed(event, "user", str),
        _typed(event, "milliseconds", int),
        None if tools is None else json.dumps(tools),
        utc(_typed(event, "created_at", str)),
        _typed(event, "_cls", str),
        json.dumps(rest) if rest else None,
    )


def _typed(event: Record, name: str, kind: type) -> Any:
    value = event.get(name)
    if value is not None and type(value) is not kind:
        raise ValueError(f"{name}: {value!r} is no {kind.__name__}")
    if type(value) is int and not -_HUGE <= value < _HUGE:
        raise ValueError(f"{name}: {value} takes more than 64 bits")
    return value


def _event(event: Json, zone: tzinfo) -> Json:
    if isinstance(event, dict) and "created_at" in event:
        return {**event, "created_at": moment(event["created_at"], zone)}
    return event


def _flags(record: Record) -> Record:
    """Copy a record, with the flags that COCO files have as 0 and 1 made truth values."""
    flags = {
        name: bool(record[name]) for name in ("iscrowd", "isbbox") if record.get(name) in (0, 1)
    }
    return {**record, **flags}
